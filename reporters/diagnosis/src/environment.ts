import type { NodeData } from "@kubera-e2e/schema/fact-data";
import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import { serverError } from "./calls.ts";
import { isLow, isReading } from "./disk-readings.ts";
import { factLine } from "./fact-line.ts";
import type { FactIndex, Seen } from "./facts.ts";
import { unwellIn } from "./symptoms.ts";

/** How old a look at the nodes may be, to speak for a test. */
const FRESH_MS = 120_000;

const PRESSURES = ["DiskPressure", "MemoryPressure", "PIDPressure"] as const;

/** The condition outlives the pressure by minutes; the kubelet's own numbers say which it is. */
const hasRoomAgain = ({ data }: Seen<NodeData>): boolean => isReading(data) && !isLow(data);

/** What is wrong with a node, in a few words; undefined when it is well. */
const lackOf = (look: Seen<NodeData>): string | undefined => {
  const { data } = look;
  const node = `node ${look.fact.scope.node ?? "?"}`;
  if (data["Ready.status"] !== "True") return `${node} is not Ready (${data["Ready.reason"] ?? "no reason"})`;
  const pressure = PRESSURES.find((name) => data[`${name}.status`] === "True" && !(name === "DiskPressure" && hasRoomAgain(look)));
  if (pressure !== undefined) return `${node} says ${pressure}`;
  return isLow(data) ? `the disk of ${node} is nearly full` : undefined;
};

/** What is known of the environment of one test: green needs proof, and the absence of facts is none. */
export interface Environment {
  readonly state: "green" | "not green" | "not known";
  readonly because: string;
  readonly nodes: readonly Seen<NodeData>[];
}

const GAP = /kube|node|pod|workload|event|size/i;

/** Whether a place counts for a test: where Director itself failed, only the cluster that it runs on; its other answers tell of members too. */
const surroundings = (evidence: Evidence): ((fact: Fact) => boolean) => {
  const cluster = serverError(evidence)?.scope.cluster;
  return ({ scope }) => cluster === undefined || scope.cluster === undefined || scope.cluster === cluster;
};

/** The state of the environment around one test, from the looks at its nodes and from what was unwell beside it. */
export const environmentOf = (evidence: Evidence, facts: FactIndex): Environment => {
  const fromMs = Date.parse(evidence.window.from) - FRESH_MS;
  const toMs = Date.parse(evidence.window.to) + FRESH_MS;
  const isAround = surroundings(evidence);
  const looks = facts.nodesBetween(fromMs, toMs).filter(({ fact, data }) => data["Ready.status"] !== undefined && isAround(fact));
  if (looks.length === 0) return { state: "not known", because: "nobody looked at the nodes at that time", nodes: looks };
  const blind = evidence.gaps.find(({ collector }) => GAP.test(collector));
  if (blind !== undefined) return { state: "not known", because: `${blind.collector} got nothing: ${blind.because}`, nodes: looks };
  const lack = looks.map(lackOf).find((told) => told !== undefined);
  if (lack !== undefined) return { state: "not green", because: lack, nodes: looks };
  const symptom = unwellIn(evidence).find(isAround);
  if (symptom !== undefined) return { state: "not green", because: `during the test: ${factLine(symptom)}`, nodes: looks };
  const count = new Set(looks.map(({ fact }) => `${fact.scope.cluster ?? ""} ${fact.scope.node ?? ""}`)).size;
  return { state: "green", because: `${count} nodes Ready without pressure, no pod unwell`, nodes: looks };
};
