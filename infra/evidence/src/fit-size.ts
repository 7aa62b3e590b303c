import type { Fact, Gap } from "@kubera-e2e/schema/evidence";

/** Least informative kinds first; within a kind the oldest goes first. Nodes and restore steps are few and decide most. */
const DROP_ORDER: readonly Fact["kind"][] = [
  "kubernetes.log",
  "http.exchange",
  "kubernetes.event",
  "kubernetes.pod-change",
  "kubernetes.pod",
  "kubernetes.workload",
  "probe",
  "check",
  "machine",
  "restore.step",
  "kubernetes.node-change",
  "kubernetes.node",
];

/** Events of type Warning say more than those of type Normal and stay longer. */
const weight = (fact: Fact): number => DROP_ORDER.indexOf(fact.kind) + (fact.data["type"] === "Warning" ? 0.5 : 0);

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value)) + 1;

/** Facts within `maxBytes` of JSON, in their order; what was dropped is said in a gap. */
export const fitSize = (facts: readonly Fact[], maxBytes: number): { readonly facts: Fact[]; readonly gaps: Gap[] } => {
  const sized = facts.map((fact, index) => ({ fact, index, bytes: bytesOf(fact) }));
  let total = sized.reduce((sum, { bytes }) => sum + bytes, 0);
  const dropped = new Map<number, Fact>();
  for (const { fact, index, bytes } of sized.toSorted((a, b) => weight(a.fact) - weight(b.fact) || a.fact.at.localeCompare(b.fact.at))) {
    if (total <= maxBytes) break;
    total -= bytes;
    dropped.set(index, fact);
  }
  if (dropped.size === 0) return { facts: [...facts], gaps: [] };
  const count = (kind: Fact["kind"]): number => [...dropped.values()].filter((fact) => fact.kind === kind).length;
  const kinds = DROP_ORDER.filter((kind) => count(kind) > 0).map((kind) => `${count(kind)} ${kind}`);
  const because = `${dropped.size} of ${facts.length} facts were dropped to stay within ${maxBytes} bytes: ${kinds.join(", ")}`;
  return { facts: facts.filter((_fact, index) => !dropped.has(index)), gaps: [{ collector: "size", because }] };
};
