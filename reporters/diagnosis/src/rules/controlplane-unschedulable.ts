import type { FactIndex } from "../facts.ts";
import { groupBy, spanOf, type Timed } from "../group.ts";
import { confidenceOf, type Finding, type Rule } from "../rule.ts";

/** Clauses that only repeat another trouble: a node that is full or gone, a volume that waits. */
const PARENTS =
  /node\.kubernetes\.io\/(disk-pressure|memory-pressure|pid-pressure|not-ready|unreachable|network-unavailable)|PersistentVolumeClaim/;

interface Pending extends Timed {
  readonly message: string;
}

const pendingOf = (facts: FactIndex): Pending[] => [
  ...facts.events("FailedScheduling").map(({ fact, atMs, data }) => ({ fact, atMs, message: data.message ?? "" })),
  ...facts
    .pods()
    .filter(({ data }) => data["PodScheduled.reason"] === "Unschedulable")
    .map(({ fact, atMs, data }) => ({ fact, atMs, message: data["PodScheduled.message"] ?? "" })),
];

const podKey = ({ fact: { scope } }: Timed): string => `${scope.cluster ?? ""} ${scope.namespace ?? ""}/${scope.name ?? ""}`;

/** "3 Insufficient cpu, 1 node(s) had untolerated taint {…}" behind the colon, without what preemption adds. */
const clauses = (message: string): string => {
  const [, told = message] = /nodes are available: ([^\n]*?)(?:\.(?:\s|$)|$)/.exec(message) ?? [];
  return told;
};

const findingOf = (signs: readonly Pending[]): Finding[] => {
  const [first] = signs;
  if (first === undefined) return [];
  const { cluster } = first.fact.scope;
  const pods = new Set(signs.map(podKey)).size;
  const told = clauses(signs.at(-1)?.message ?? "");
  return [
    {
      cause: "controlplane.unschedulable",
      scope: cluster === undefined ? {} : { cluster },
      ...spanOf(signs),
      lasting: true,
      confidence: confidenceOf([0.8]),
      against: [],
      summary: `${pods} ${pods === 1 ? "pod finds" : "pods find"} no node: ${told}.`,
      remedy: `Give cluster ${cluster ?? "of the bed"} what the scheduler misses (${told}), or remove what earlier runs left there.`,
    },
  ];
};

/** Pods that find no node, for a reason of the cluster's own: CPU, memory, labels, taints. */
export const controlplaneUnschedulable: Rule = {
  id: "controlplane.unschedulable",
  needs: [],
  match: (facts) => {
    const pending = pendingOf(facts);
    const settled = new Set(facts.events("Scheduled").map(podKey));
    const own = pending.filter((sign) => !PARENTS.test(sign.message) && !settled.has(podKey(sign)));
    return [...groupBy(own, ({ fact }) => fact.scope.cluster ?? "").values()].flatMap(findingOf);
  },
};
