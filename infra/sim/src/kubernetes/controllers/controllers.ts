import type { SimTime } from "../../datacenter/sim-time.ts";
import type { EtcdStore } from "../etcd-store.ts";
import { ClaimController } from "./claim-controller.ts";
import { ClusterView } from "./cluster-view.ts";
import { ControlLoops } from "./control-loops.ts";
import { DaemonSetController } from "./daemon-set-controller.ts";
import { DeploymentController } from "./deployment-controller.ts";
import { DisruptionController } from "./disruption-controller.ts";
import { EndpointsController } from "./endpoints-controller.ts";
import { GarbageCollector } from "./garbage-collector.ts";
import { JobController } from "./job-controller.ts";
import { NamespaceController } from "./namespace-controller.ts";
import { NodeLifecycle } from "./node-lifecycle.ts";
import { ReplicaSetController } from "./replica-set-controller.ts";
import { RoleAggregation } from "./role-aggregation.ts";
import { Scheduler } from "./scheduler.ts";
import { StatefulSetController } from "./stateful-set-controller.ts";
import { TaintEviction } from "./taint-eviction.ts";

export interface ControllerOptions {
  readonly store: EtcdStore;
  readonly time: SimTime;
  readonly log?: (line: string) => void;
}

/** Runs what kube-controller-manager and kube-scheduler do, on one store, until it is stopped. All its state lies in the store. */
export const startControllers = ({ store, time, log = () => {} }: ControllerOptions): { stop(): void } => {
  const view = new ClusterView(store, time);
  const controllers = [
    new NamespaceController(view),
    new DeploymentController(view),
    new ReplicaSetController(view),
    new StatefulSetController(view),
    new DaemonSetController(view),
    new JobController(view),
    new EndpointsController(view),
    new DisruptionController(view),
    new RoleAggregation(view),
    new ClaimController(view),
    new Scheduler(view),
    new NodeLifecycle(view),
    new TaintEviction(view),
    new GarbageCollector(view),
  ];
  return new ControlLoops({ store, time, controllers, log });
};
