import type { Fact } from "@kubera-e2e/schema/evidence";
import type { NodeData } from "@kubera-e2e/schema/fact-data";
import { collectCases, DISK_TAINT, type NodeCase, type Sign, taintSigns } from "../disk-signs.ts";
import { disksWording, diskWording, isLow } from "../disk-readings.ts";
import { iso, type Seen } from "../facts.ts";
import { spanOf } from "../group.ts";
import { type Finding, confidenceOf, LEAST_CONFIDENCE, type Rule } from "../rule.ts";

/** eviction-pressure-transition-period: so long the condition stays True after the disk is free again. */
const LINGER_MS = 300_000;
/** The condition outlives the trouble: a healthy reading after it became True and within the period before this look says so. */
const isLingering = (condition: Seen<NodeData>, healthy: readonly Seen<NodeData>[]): boolean => {
  const since = Date.parse(condition.data["DiskPressure.lastTransitionTime"] ?? "");
  return healthy.some((seen) => {
    const afterStart = Number.isNaN(since) || seen.atMs >= since;
    return afterStart && seen.atMs <= condition.atMs && seen.atMs >= condition.atMs - LINGER_MS;
  });
};

const near = (sign: Sign, reading: Seen<NodeData>): boolean => Math.abs(sign.atMs - reading.atMs) <= LINGER_MS;

interface Weighed {
  readonly signs: readonly Sign[];
  readonly against: readonly Fact[];
  readonly low: readonly Seen<NodeData>[];
  readonly conditions: readonly Seen<NodeData>[];
}

const weigh = (found: NodeCase): Weighed => {
  const low = found.readings.filter(({ data }) => isLow(data));
  const healthy = found.readings.filter(({ data }) => !isLow(data));
  const [lingering, standing] = [true, false].map((wanted) => found.conditions.filter((c) => isLingering(c, healthy) === wanted));
  // A volume can be full as well; with a healthy node beside it, the words alone prove nothing here.
  const doubted = (sign: Sign): boolean => healthy.some((reading) => near(sign, reading)) && !low.some((reading) => near(sign, reading));
  const signs: Sign[] = [
    ...low.map(({ fact, atMs }) => ({ fact, atMs, weight: 0.9 })),
    ...(standing ?? []).map(({ fact, atMs }) => ({ fact, atMs, weight: 0.8 })),
    ...found.happenings,
    ...found.noSpace.filter((sign) => !doubted(sign)),
  ];
  const against = [
    ...(lingering ?? []).map(({ fact }) => fact),
    ...found.noSpace.filter(doubted).map(({ fact }) => fact),
    ...healthy.map(({ fact }) => fact),
  ];
  return { signs, against, low, conditions: standing ?? [] };
};

/** One time at which a disk was full, among perhaps several of a run. */
interface Episode extends Weighed {
  /** When the next one began. */
  readonly untilMs: number;
}

/** Signs that are far apart, with a healthy look between them, tell of two troubles. */
const episodesOf = (found: NodeCase, weighed: Weighed): Episode[] => {
  const wellMs = [...found.readings.filter(({ data }) => !isLow(data)).map(({ atMs }) => atMs), ...found.endsMs];
  const groups: Sign[][] = [];
  for (const sign of weighed.signs.toSorted((a, b) => a.atMs - b.atMs)) {
    const last = groups.at(-1);
    const before = last?.at(-1);
    const isNew = before !== undefined && sign.atMs - before.atMs > LINGER_MS && wellMs.some((ms) => ms > before.atMs && ms < sign.atMs);
    if (last === undefined || isNew) groups.push([sign]);
    else last.push(sign);
  }
  return groups.map((signs, index) => {
    const facts = new Set(signs.map(({ fact }) => fact));
    return {
      signs,
      against: weighed.against,
      low: weighed.low.filter(({ fact }) => facts.has(fact)),
      conditions: weighed.conditions.filter(({ fact }) => facts.has(fact)),
      untilMs: groups[index + 1]?.[0]?.atMs ?? Infinity,
    };
  });
};

/** When it began: an event's own time; for a state, when it turned, or the last look at which it was still well. */
const onsetMs = (found: NodeCase, { signs, low, conditions }: Episode): number => {
  const turned = conditions.map(({ data }) => Date.parse(data["DiskPressure.lastTransitionTime"] ?? "")).filter((ms) => !Number.isNaN(ms));
  const firstSignMs = Math.min(spanOf(signs).fromMs, ...turned);
  const firstLow = low[0];
  if (turned.length > 0 || firstLow === undefined || firstLow.atMs > firstSignMs) return firstSignMs;
  const lastWell = found.readings.findLast(({ data, atMs }) => !isLow(data) && atMs < firstLow.atMs);
  return lastWell?.atMs ?? Math.min(firstSignMs, firstLow.fromMs);
};

const findingOf = (found: NodeCase, episode: Episode, shared: readonly Sign[]): Finding[] => {
  const { untilMs } = episode;
  const fromMs = onsetMs(found, episode);
  const waiting = shared.filter(({ fact, atMs }) => fact.scope.cluster === found.cluster && atMs >= fromMs && atMs < untilMs);
  const signs = [...episode.signs, ...waiting];
  const confidence = confidenceOf(signs.map(({ weight }) => weight));
  if (confidence < LEAST_CONFIDENCE) return [];
  const { toMs, evidence } = spanOf(signs);
  const isOver = found.readings.some(({ data, atMs }) => !isLow(data) && atMs > toMs) || found.endsMs.some((endMs) => endMs >= toMs);
  return [
    {
      cause: "node.disk-pressure",
      scope: { ...(found.cluster !== undefined && { cluster: found.cluster }), node: found.node },
      fromMs,
      toMs,
      lasting: !isOver,
      confidence,
      evidence,
      against: episode.against.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) < untilMs),
      ...diskWording({ node: found.node, evidence }),
    },
  ];
};

const findingsOf = (found: NodeCase, shared: readonly Sign[]): Finding[] =>
  episodesOf(found, weigh(found)).flatMap((episode) => findingOf(found, episode, shared));

/** Only the scheduler speaks: some node of the cluster is full, and nobody said which. */
const clusterFindings = (shared: readonly Sign[], found: readonly Finding[]): Finding[] => {
  const clusters = new Set(shared.map(({ fact }) => fact.scope.cluster));
  return [...clusters]
    .filter((cluster) => !found.some(({ scope }) => scope.cluster === cluster))
    .map((cluster): Finding => {
      const signs = shared.filter(({ fact }) => fact.scope.cluster === cluster);
      const span = spanOf(signs);
      return {
        cause: "node.disk-pressure",
        scope: cluster === undefined ? {} : { cluster },
        ...span,
        lasting: true,
        confidence: 0.6,
        against: [],
        summary: `Cluster ${cluster ?? "of the bed"}: the scheduler passes over nodes with the taint ${DISK_TAINT}.`,
        remedy: `Find the full node (\`kubectl describe nodes | grep -B5 DiskPressure\`), seen since ${iso(span.fromMs)}, and free its disk.`,
      };
    });
};

/** A node whose disk is nearly full. Source: the kubelet's node-pressure eviction. */
export const nodeDiskPressure: Rule = {
  id: "node.disk-pressure",
  needs: [],
  match: (facts) => {
    const shared = taintSigns(facts);
    const found = collectCases(facts).flatMap((nodeCase) => findingsOf(nodeCase, shared));
    return [...found, ...clusterFindings(shared, found)];
  },
  together: (findings) =>
    disksWording(
      findings[0]?.scope.cluster ?? "of the bed",
      findings.flatMap(({ scope: { node }, evidence }) =>
        node === undefined ? [] : [{ node, evidence: evidence.filter(({ scope }) => scope.node === node) }],
      ),
    ),
};
