import { KINDS } from "../kinds.ts";
import type { ObjectRef } from "../kube-client.ts";
import type { KubeProbe } from "../view.ts";
import { claimBound } from "./claim-bound.ts";
import { daemonSetReady } from "./daemon-set-ready.ts";
import { definitionEstablished } from "./definition-established.ts";
import { deploymentAvailable } from "./deployment-available.ts";
import { jobComplete } from "./job-complete.ts";
import { nodesReady } from "./node-ready.ts";
import { objectCondition } from "./object-condition.ts";
import { podReady } from "./pod-ready.ts";
import { poolOnline } from "./pool-online.ts";
import { serviceReady } from "./service-ready.ts";
import { statefulSetReady } from "./stateful-set-ready.ts";

type Namespaced = (ref: { readonly namespace: string; readonly name: string }) => KubeProbe<unknown>;

const NAMESPACED: ReadonlyMap<string, Namespaced> = new Map<string, Namespaced>([
  [KINDS.pod.kind, podReady],
  [KINDS.deployment.kind, deploymentAvailable],
  [KINDS.statefulSet.kind, statefulSetReady],
  [KINDS.daemonSet.kind, daemonSetReady],
  [KINDS.job.kind, jobComplete],
  [KINDS.service.kind, serviceReady],
  [KINDS.claim.kind, claimBound],
  [KINDS.poolCluster.kind, poolOnline],
]);

/**
 * An object is ready in the way of its kind: a workload with all its pods, a job complete, a claim bound, a service with endpoints, a definition
 * established, a pool online; of any other kind its condition Ready is True.
 */
export const objectReady = (ref: ObjectRef): KubeProbe<unknown> => {
  const { kind, namespace, name } = ref;
  if (kind === KINDS.node.kind) return nodesReady([name]);
  if (kind === KINDS.definition.kind) return definitionEstablished(name);
  const known = NAMESPACED.get(kind);
  if (known === undefined) return objectCondition(ref, { type: "Ready" });
  if (namespace === undefined) throw new TypeError(`a ${kind} lives in a namespace, and ${name} names none`);
  return known({ namespace, name });
};
