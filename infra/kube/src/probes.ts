import { blockDevices } from "./probes/block-devices.ts";
import { claimBound } from "./probes/claim-bound.ts";
import { daemonSetReady } from "./probes/daemon-set-ready.ts";
import { definitionEstablished } from "./probes/definition-established.ts";
import { deploymentAvailable } from "./probes/deployment-available.ts";
import { jobComplete } from "./probes/job-complete.ts";
import { namespaceGone } from "./probes/namespace-gone.ts";
import { nodesReady } from "./probes/node-ready.ts";
import { eventTold } from "./probes/event-told.ts";
import { objectCondition } from "./probes/object-condition.ts";
import { objectReady } from "./probes/object-ready.ts";
import { objectGone, objectsGone } from "./probes/objects-gone.ts";
import { openebsReady } from "./probes/openebs-ready.ts";
import { podReady } from "./probes/pod-ready.ts";
import { poolOnline } from "./probes/pool-online.ts";
import { serviceReady } from "./probes/service-ready.ts";
import { statefulSetReady } from "./probes/stateful-set-ready.ts";
import { workloadReady } from "./probes/workload-ready.ts";

/** What one usually waits for; spread one into `waitForKube`: `waitForKube({ client, deadlineMs, ...probes.podReady(ref) })`. */
export const probes = {
  podReady,
  workloadReady,
  deploymentAvailable,
  statefulSetReady,
  daemonSetReady,
  jobComplete,
  nodesReady,
  serviceReady,
  claimBound,
  definitionEstablished,
  namespaceGone,
  objectReady,
  objectCondition,
  eventTold,
  objectGone,
  objectsGone,
  openebsReady,
  poolOnline,
  blockDevices,
};
