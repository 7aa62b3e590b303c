import type { NodeData } from "@kubera-e2e/schema/fact-data";
import type { Evidence } from "@kubera-e2e/schema/evidence";
import type { FactIndex, Seen } from "./facts.ts";
import { isSymptom } from "./scope.ts";

/** How old a look at the nodes may be, to speak for a test. */
const FRESH_MS = 120_000;

const isWell = ({ data }: Seen<NodeData>): boolean =>
  data["Ready.status"] === "True" &&
  [data["DiskPressure.status"], data["MemoryPressure.status"], data["PIDPressure.status"]].every((status) => status !== "True");

/** What is known of the environment of one test: green needs proof, and the absence of facts is none. */
export interface Environment {
  readonly state: "green" | "not green" | "not known";
  readonly because: string;
  readonly nodes: readonly Seen<NodeData>[];
}

export const environmentOf = (evidence: Evidence, facts: FactIndex): Environment => {
  const fromMs = Date.parse(evidence.window.from) - FRESH_MS;
  const toMs = Date.parse(evidence.window.to) + FRESH_MS;
  const nodes = facts.nodes().filter(({ atMs, data }) => data["Ready.status"] !== undefined && atMs >= fromMs && atMs <= toMs);
  if (nodes.length === 0) return { state: "not known", because: "nobody looked at the nodes at that time", nodes };
  const blind = evidence.gaps.find(({ collector }) => /kube|node|pod|event/i.test(collector));
  if (blind !== undefined) return { state: "not known", because: `${blind.collector} got nothing: ${blind.because}`, nodes };
  const unwell = nodes.find((node) => !isWell(node));
  if (unwell !== undefined) return { state: "not green", because: `node ${unwell.fact.scope.node ?? "?"} was not well`, nodes };
  const symptom = evidence.facts.find(isSymptom);
  if (symptom !== undefined) {
    const { namespace, name, urlHost } = symptom.scope;
    const place = name === undefined ? (urlHost ?? "something") : `${namespace ?? ""}/${name}`;
    return { state: "not green", because: `${place} was not well`, nodes };
  }
  return { state: "green", because: `${new Set(nodes.map(({ fact }) => fact.scope.node)).size} nodes Ready without pressure`, nodes };
};
