import type { Fact, Scope } from "@kubera-e2e/schema/evidence";
import type { NodeData } from "@kubera-e2e/schema/fact-data";
import { isReading } from "./disk-readings.ts";
import type { FactIndex, Seen } from "./facts.ts";
import { groupBy } from "./group.ts";

export const DISK_TAINT = "node.kubernetes.io/disk-pressure";

/** Events of a node whose kubelet fights for room, and how much each says. Some are of type Normal. */
const NODE_REASONS: Readonly<Record<string, number>> = {
  FreeDiskSpaceFailed: 0.7,
  NodeHasDiskPressure: 0.7,
  EvictionThresholdMet: 0.7,
  ImageGCFailed: 0.4,
};
const NO_SPACE_WEIGHT = 0.6;
const TAINT_WEIGHT = 0.6;

export interface Sign {
  readonly fact: Fact;
  readonly atMs: number;
  readonly weight: number;
}

/** Everything about the disk of one node. */
export interface NodeCase {
  readonly cluster: string | undefined;
  readonly node: string;
  /** Looks at which the kubelet told how full its file systems are. */
  readonly readings: readonly Seen<NodeData>[];
  /** Looks at which the condition DiskPressure was True. */
  readonly conditions: readonly Seen<NodeData>[];
  /** When the kubelet said that the pressure was over. */
  readonly endsMs: readonly number[];
  readonly happenings: readonly Sign[];
  readonly noSpace: readonly Sign[];
}

const isTaintMessage = (message: string | undefined): boolean => message?.includes(DISK_TAINT) === true;
const isEviction = (reason: string | undefined, message: string | undefined): boolean =>
  reason === "Evicted" && message?.includes("ephemeral-storage") === true;
/** A full node fails pulls and containers with the errno's own words; kubelets give no field for it. */
const isNoSpace = (message: string | undefined): boolean => message?.includes("no space left on device") === true;

const signOf = (seen: Seen<unknown>, weight: number): Sign => ({ fact: seen.fact, atMs: seen.atMs, weight });

/** Pods that wait because the nodes they could run on are tainted. They name no node. */
export const taintSigns = (facts: FactIndex): Sign[] =>
  [
    ...facts.events("FailedScheduling").filter(({ data }) => isTaintMessage(data.message)),
    ...facts.pods().filter(({ data }) => data["PodScheduled.reason"] === "Unschedulable" && isTaintMessage(data["PodScheduled.message"])),
  ].map((seen) => signOf(seen, TAINT_WEIGHT));

type Part =
  | { readonly as: "look"; readonly seen: Seen<NodeData> }
  | { readonly as: "end"; readonly atMs: number }
  | { readonly as: "happening" | "noSpace"; readonly sign: Sign };

interface Placed {
  readonly cluster: string | undefined;
  readonly node: string;
  readonly part: Part;
}

const placed = (scope: Scope, host: string | undefined, part: Part): Placed[] => {
  const node = scope.node ?? (scope.kind === "Node" ? scope.name : host);
  return node === undefined ? [] : [{ cluster: scope.cluster, node, part }];
};

const eventParts = (facts: FactIndex): Placed[] =>
  facts.events().flatMap((seen) => {
    const { reason = "", message } = seen.data;
    if (reason === "NodeHasNoDiskPressure") return placed(seen.fact.scope, seen.data["source.host"], { as: "end", atMs: seen.atMs });
    const weight = NODE_REASONS[reason] ?? (isEviction(reason, message) ? 0.7 : undefined);
    const host = seen.data["source.host"];
    if (weight !== undefined) return placed(seen.fact.scope, host, { as: "happening", sign: signOf(seen, weight) });
    return isNoSpace(message) ? placed(seen.fact.scope, host, { as: "noSpace", sign: signOf(seen, NO_SPACE_WEIGHT) }) : [];
  });

const podParts = (facts: FactIndex): Placed[] =>
  facts.pods().flatMap((seen) => {
    const { reason, message } = seen.data;
    if (isEviction(reason, message)) return placed(seen.fact.scope, undefined, { as: "happening", sign: signOf(seen, 0.7) });
    return isNoSpace(seen.data["waiting.message"])
      ? placed(seen.fact.scope, undefined, { as: "noSpace", sign: signOf(seen, NO_SPACE_WEIGHT) })
      : [];
  });

const signsOf = (parts: readonly Part[], as: "happening" | "noSpace"): Sign[] =>
  parts.flatMap((part) => (part.as === as ? [part.sign] : []));

const caseOf = (group: readonly Placed[]): NodeCase[] => {
  const [first] = group;
  if (first === undefined) return [];
  const parts = group.map(({ part }) => part);
  const looks = parts.flatMap((part) => (part.as === "look" ? [part.seen] : []));
  return [
    {
      cluster: first.cluster,
      node: first.node,
      readings: looks.filter(({ data }) => isReading(data)),
      conditions: looks.filter(({ data }) => data["DiskPressure.status"] === "True"),
      endsMs: parts.flatMap((part) => (part.as === "end" ? [part.atMs] : [])),
      happenings: signsOf(parts, "happening"),
      noSpace: signsOf(parts, "noSpace"),
    },
  ];
};

export const collectCases = (facts: FactIndex): NodeCase[] => {
  const looks = facts.nodes().flatMap((seen) => placed(seen.fact.scope, undefined, { as: "look", seen }));
  const groups = groupBy([...looks, ...eventParts(facts), ...podParts(facts)], ({ cluster, node }) => `${cluster ?? ""}/${node}`);
  return [...groups.values()].flatMap(caseOf);
};
