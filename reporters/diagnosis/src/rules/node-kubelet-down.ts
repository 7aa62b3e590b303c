import type { NodeData } from "@kubera-e2e/schema/fact-data";
import { type FactIndex, iso, type Seen } from "../facts.ts";
import { groupBy, spanOf } from "../group.ts";
import { confidenceOf, type Finding, listed, type Rule } from "../rule.ts";

const isSilent = ({ data }: Seen<NodeData>): boolean => data["Ready.status"] === "Unknown" && data["Ready.reason"] === "NodeStatusUnknown";

/** The controller turned the condition when the kubelet had been silent for its grace already. */
const turnedMs = (silent: readonly Seen<NodeData>[], otherwiseMs: number): number => {
  const turned = silent.map(({ data }) => Date.parse(data["Ready.lastTransitionTime"] ?? "")).filter((ms) => !Number.isNaN(ms));
  return Math.min(otherwiseMs, ...turned);
};

const findingOf = (looks: readonly Seen<NodeData>[], facts: FactIndex): Finding[] => {
  const silent = looks.filter(isSilent);
  const [first] = silent;
  if (first === undefined) return [];
  const { cluster, node = "" } = first.fact.scope;
  const machines = facts.machines().filter(({ fact }) => fact.scope.node === node);
  const span = spanOf(silent);
  // A VM that is off is the hypervisor's story, whoever switched it off.
  if (machines.some(({ data, atMs }) => data.powerState === "poweredOff" && atMs <= span.toMs)) return [];
  const running = machines.filter(({ data }) => data.powerState === "poweredOn");
  const fromMs = turnedMs(silent, span.fromMs);
  const vm = running[0]?.fact.scope.vm;
  return [
    {
      cause: "node.kubelet-down",
      scope: { ...(cluster !== undefined && { cluster }), node, ...(vm !== undefined && { vm }) },
      fromMs,
      toMs: span.toMs,
      lasting: !looks.some(({ data, atMs }) => data["Ready.status"] === "True" && atMs > span.toMs),
      confidence: confidenceOf(running.length > 0 ? [0.7, 0.7] : [0.7]),
      evidence: [...span.evidence, ...running.map(({ fact }) => fact)],
      against: [],
      summary: `The kubelet of node ${node} is silent since ${iso(fromMs)}${running.length > 0 ? ", and its VM is running" : ""}.`,
      remedy: `Log in to ${node} and read \`journalctl -u kubelet\`; restart the kubelet, or restore the bed if it does not come back.`,
    },
  ];
};

/** A node whose kubelet stopped reporting while its VM runs. */
export const nodeKubeletDown: Rule = {
  id: "node.kubelet-down",
  needs: ["kubernetes.node"],
  match: (facts) => {
    const nodes = groupBy(facts.nodes(), ({ fact: { scope } }) => scope.node && `${scope.cluster ?? ""} ${scope.node}`);
    return [...nodes.values()].flatMap((looks) => findingOf(looks, facts));
  },
  together: (findings) => {
    const names = listed(findings.flatMap(({ scope }) => scope.node ?? []));
    const since = iso(Math.min(...findings.map(({ fromMs }) => fromMs)));
    return {
      summary: `The kubelets of ${findings.length} nodes of cluster ${findings[0]?.scope.cluster ?? "of the bed"} are silent since ${since}: ${names}.`,
      remedy: `Look what these nodes share (ESX host, network), then read \`journalctl -u kubelet\` on ${names}; restore the bed if they do not come back.`,
    };
  },
};
