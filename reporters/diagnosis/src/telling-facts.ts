import type { Fact } from "@kubera-e2e/schema/evidence";
import { nodeDataSchema } from "@kubera-e2e/schema/fact-data";
import { isLow } from "./disk-readings.ts";
import { factLine } from "./fact-line.ts";
import { signature } from "./residue.ts";

const MESSAGES = ["message", "waiting.message", "PodScheduled.message", "because"];

const reasonOf = ({ data }: Fact): string => String(data["reason"] ?? data["waiting.reason"] ?? data["PodScheduled.reason"] ?? "");

const isLook = ({ kind }: Fact): boolean => kind === "kubernetes.node";

const lookOf = ({ scope }: Fact): string => `node ${scope.cluster ?? ""} ${scope.node ?? ""}`;

/** What a fact says, without numbers: a look at a node says something about that node alone, and twenty pods can say one thing. */
const sayingOf = (fact: Fact): string => {
  if (isLook(fact)) return lookOf(fact);
  const message = MESSAGES.map((field) => fact.data[field]).find((value) => typeof value === "string" && value !== "");
  return typeof message === "string" ? signature(message) : `${fact.kind} ${reasonOf(fact)} ${factLine(fact)}`;
};

const topicOf = (fact: Fact): string => (isLook(fact) ? lookOf(fact) : `${fact.kind} ${reasonOf(fact)}`);

const isUnwellNode = (fact: Fact): boolean => {
  const data = nodeDataSchema.safeParse(fact.data).data;
  if (data === undefined) return false;
  const isUnder = [data["DiskPressure.status"], data["MemoryPressure.status"], data["PIDPressure.status"]].includes("True");
  return isLow(data) || isUnder || (data["Ready.status"] !== undefined && data["Ready.status"] !== "True");
};

/** What was measured says most, then what it did to pods, then what the node said of itself. */
const RANKS: readonly ((fact: Fact) => boolean)[] = [
  (fact) => isLook(fact) && isUnwellNode(fact),
  ({ kind, data }) => (kind === "restore.step" || kind === "check") && (data["outcome"] === "failed" || data["status"] === "failed"),
  ({ kind, data, scope }) => kind === "kubernetes.event" && data["type"] === "Warning" && scope.kind !== "Node",
  ({ kind }) => kind === "kubernetes.pod",
  ({ kind, scope }) => kind === "kubernetes.event" && scope.kind === "Node",
  ({ kind }) => kind === "http.exchange" || kind === "machine" || kind === "kubernetes.workload",
];

const rankOf = (fact: Fact): number => {
  const rank = RANKS.findIndex((isOf) => isOf(fact));
  return rank === -1 ? RANKS.length : rank;
};

/** Facts that speak of something new, those that say something new of it, and those that repeat what was said. */
const byNews = (ranked: readonly Fact[]): Fact[] => {
  const [topics, sayings] = [new Set<string>(), new Set<string>()];
  const tiers: [Fact[], Fact[], Fact[]] = [[], [], []];
  for (const fact of ranked) {
    const [topic, saying] = [topicOf(fact), sayingOf(fact)];
    if (sayings.has(saying)) tiers[2].push(fact);
    else tiers[topics.has(topic) ? 1 : 0].push(fact);
    topics.add(topic);
    sayings.add(saying);
  }
  return tiers.flat();
};

/** How many facts of one topic are looked at for each one told: the thousandth back-off says nothing new. */
const LOOKED_AT = 10;

const firstOfTopics = (facts: readonly Fact[], count: number): Fact[] => {
  const seen = new Map<string, number>();
  return facts.filter((fact) => {
    const topic = topicOf(fact);
    const times = (seen.get(topic) ?? 0) + 1;
    seen.set(topic, times);
    return times <= count;
  });
};

/** The `limit` most telling facts, each thing once before anything is said again, in the order of time. */
export const tellingFacts = (facts: readonly Fact[], limit: number): Fact[] => {
  const byLine = new Map<string, Fact>();
  for (const fact of firstOfTopics(facts, limit * LOOKED_AT)) {
    const line = factLine(fact);
    if (!byLine.has(line)) byLine.set(line, fact);
  }
  const ranked = [...byLine.values()].toSorted((a, b) => rankOf(a) - rankOf(b) || a.at.localeCompare(b.at));
  return byNews(ranked)
    .slice(0, limit)
    .toSorted((a, b) => a.at.localeCompare(b.at));
};
