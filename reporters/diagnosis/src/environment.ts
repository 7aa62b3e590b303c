import type { NodeData } from "@kubera-e2e/schema/fact-data";
import type { Evidence } from "@kubera-e2e/schema/evidence";
import { isLow, readingOf } from "./disk-readings.ts";
import { factLine } from "./fact-line.ts";
import type { FactIndex, Seen } from "./facts.ts";
import { unwellIn } from "./symptoms.ts";

/** How old a look at the nodes may be, to speak for a test. */
const FRESH_MS = 120_000;

const PRESSURES = ["DiskPressure", "MemoryPressure", "PIDPressure"] as const;

/** What is wrong with a node, in a few words; undefined when it is well. */
const lackOf = (look: Seen<NodeData>): string | undefined => {
  if (look.data["Ready.status"] !== "True") return `is not Ready (${look.data["Ready.reason"] ?? "no reason"})`;
  const pressure = PRESSURES.find((name) => look.data[`${name}.status`] === "True");
  if (pressure === undefined) return undefined;
  const hasRoom = pressure === "DiskPressure" && readingOf(look).some((reading) => !isLow(reading));
  return hasRoom ? "still says DiskPressure, although its disk has room again" : `says ${pressure}`;
};

/** What is known of the environment of one test: green needs proof, and the absence of facts is none. */
export interface Environment {
  readonly state: "green" | "not green" | "not known";
  readonly because: string;
  readonly nodes: readonly Seen<NodeData>[];
}

const GAP = /kube|node|pod|workload|event/i;

export const environmentOf = (evidence: Evidence, facts: FactIndex): Environment => {
  const fromMs = Date.parse(evidence.window.from) - FRESH_MS;
  const toMs = Date.parse(evidence.window.to) + FRESH_MS;
  const nodes = facts.nodes().filter(({ atMs, data }) => data["Ready.status"] !== undefined && atMs >= fromMs && atMs <= toMs);
  if (nodes.length === 0) return { state: "not known", because: "nobody looked at the nodes at that time", nodes };
  const blind = evidence.gaps.find(({ collector }) => GAP.test(collector));
  if (blind !== undefined) return { state: "not known", because: `${blind.collector} got nothing: ${blind.because}`, nodes };
  const unwell = nodes.flatMap((look) => lackOf(look) ?? []);
  const [node] = nodes.filter((look) => lackOf(look) !== undefined);
  if (node !== undefined) return { state: "not green", because: `node ${node.fact.scope.node ?? "?"} ${unwell[0] ?? ""}`, nodes };
  const [symptom] = unwellIn(evidence);
  if (symptom !== undefined) return { state: "not green", because: `during the test: ${factLine(symptom)}`, nodes };
  return { state: "green", because: `${new Set(nodes.map(({ fact }) => fact.scope.node)).size} nodes Ready without pressure`, nodes };
};
