import type { Evidence, Gap } from "@kubera-e2e/schema/evidence";
import type { ResidueRule } from "../residue.ts";
import { firstLine } from "../residue.ts";

const LOOKS = /^(nodes|pods|workloads) (?<cluster>.+)$/;
const NO_ANSWER = /\b(CONNECTION_REFUSED|CONNECTION_LOST|TIMED_OUT|NAME_UNRESOLVED)\b|no answer within/;

const clusterOf = ({ collector }: Gap): string | undefined => LOOKS.exec(collector)?.groups?.["cluster"];

/** Clusters whose API server did not answer any collector; undefined when one of those that were asked did. */
const silentClusters = ({ gaps, facts }: Evidence): string[] | undefined => {
  const looks = gaps.filter((gap) => clusterOf(gap) !== undefined);
  const answered = facts.some(({ kind }) => kind === "kubernetes.node");
  if (looks.length === 0 || answered || looks.some(({ because }) => !NO_ANSWER.test(because))) return undefined;
  return [...new Set(looks.map(clusterOf).filter((name) => name !== undefined))];
};

/** No API server of the bed answers any more: whatever the test was about to see, it is gone with the bed. */
export const networkLabUnreachable: ResidueRule = {
  id: "network.lab-unreachable",
  explain: (evidence) => {
    const silent = silentClusters(evidence);
    if (silent === undefined) return undefined;
    const { bed, target } = evidence;
    const clusters = `${silent.length === 1 ? "cluster" : "clusters"} ${silent.join(" and ")}`;
    const remedy =
      target === "sim"
        ? "The simulated data centre has ended in the middle of the run; run again, and look for who ended it."
        : `Look whether the way to bed ${bed} is open and its VMs are on, then restore it: e2e bed restore ${bed}.`;
    return {
      cause: "network.lab-unreachable",
      class: "infrastructure",
      confidence: 0.85,
      summary: `No API server of bed ${bed} (${clusters}) answered when the test had failed: ${firstLine(evidence)}`,
      remedy,
      evidence: evidence.facts.filter(({ kind, data }) => kind === "http.exchange" && data["error"] !== undefined),
    };
  },
};
