import { notYet, reached, type Observation } from "@kubera-e2e/schema/wait-until";
import type { KindRef } from "../kube-client.ts";
import { KINDS, type Workload } from "../kinds.ts";
import { nameOf, type KindScope, type KubeProbe, type KubeView } from "../view.ts";
import { formKinds } from "./newest-form.ts";
import { NODES } from "./node-trouble.ts";
import { staleReadiness } from "./pod-ready.ts";
import { blamePods, podsOf } from "./pods-of.ts";
import { creationEvents } from "./refused-pods.ts";
import type { TerminalOptions } from "./terminal-reason.ts";

export interface WorkloadRef {
  readonly namespace: string;
  readonly name: string;
}

/** What differs between the kinds of workloads: undefined when all is there, else the counted lack. */
export interface WorkloadRule {
  readonly kind: KindRef;
  readonly adjective: string;
  readonly lack: (workload: Workload) => string | undefined;
}

const observe = (
  view: KubeView,
  workload: Workload,
  rule: WorkloadRule & { readonly options: TerminalOptions | undefined },
): Observation<Workload> => {
  const { observedGeneration = 0 } = workload.status ?? {};
  if (observedGeneration < (workload.metadata.generation ?? 0)) return notYet("its controller has not seen its newest form yet");
  const lack = rule.lack(workload);
  if (lack !== undefined) return blamePods(view, workload, { counted: lack, options: rule.options });
  const stale = podsOf(view, workload)
    .map((pod) => staleReadiness(view, pod))
    .find((one) => one !== undefined);
  return stale === undefined ? reached(workload) : notYet(stale);
};

/** What is looked at for a workload; a Deployment says itself when its pods are refused, of the others only events do. */
export const workloadKinds = (kind: KindRef, namespace: string): readonly KindScope[] => [
  { ...kind, namespace },
  { ...KINDS.pod, namespace },
  NODES,
  ...formKinds(kind, namespace),
  ...(kind.kind === KINDS.deployment.kind ? [] : [creationEvents(namespace)]),
];

/** A probe for one workload and its pods. */
export const workloadProbe = (ref: WorkloadRef, rule: WorkloadRule, options?: TerminalOptions): KubeProbe<Workload> => ({
  what: `${rule.kind.kind} ${nameOf(ref)} is ${rule.adjective}`,
  kinds: workloadKinds(rule.kind, ref.namespace),
  about: { ...rule.kind, ...ref },
  probe: (view) => {
    const workload = view.get<Workload>({ ...rule.kind, ...ref });
    return workload === undefined ? notYet(`there is no such ${rule.kind.kind}`) : observe(view, workload, { ...rule, options });
  },
});
