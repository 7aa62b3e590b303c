import type { ProgramContext } from "../../../kubernetes/program.ts";
import type { Store } from "../../../kubernetes/store.ts";
import { listAt, textAt } from "../../json.ts";
import { apply } from "../../kube-apply.ts";
import { casConfig, replicaCount } from "../../pool-flavour.ts";
import { bindClaim, createVolume, waitingClaims, type WaitingClaim } from "./claims.ts";
import { jivaController, jivaReplica } from "./volume-objects.ts";

const PROVISIONER = "openebs.io/provisioner-iscsi";
const DEFAULT_REPLICAS = "3";

const replicasOf = ({ storageClass }: WaitingClaim): number | undefined =>
  replicaCount(casConfig(storageClass)["ReplicaCount"] ?? DEFAULT_REPLICAS);

/** Nodes that take pods, for no two replicas of a volume share one. */
const placesIn = (store: Store): readonly string[] =>
  store
    .list(store.resource("Node"))
    .filter((node) => !listAt(node.spec, "taints").some((taint) => textAt(taint, "effect") !== "PreferNoSchedule"))
    .map(({ metadata }) => metadata.name);

const provision = (waiting: WaitingClaim): void => {
  const { context, claim } = waiting;
  const { store } = context;
  const [wanted, places] = [replicasOf(waiting), placesIn(store)];
  if (wanted === undefined) return context.log(`claim ${claim.metadata.name}: its class names no count of replicas`);
  if (places.length < wanted) return context.log(`claim ${claim.metadata.name}: ${places.length} of ${wanted} nodes take replicas`);
  createVolume(waiting, { engine: "jiva" });
  apply(store, jivaController(waiting));
  for (const [index, node] of places.slice(0, wanted).entries()) apply(store, jivaReplica(waiting, { number: index + 1, node }));
  bindClaim(waiting);
};

const isJiva = ({ storageClass }: WaitingClaim): boolean => storageClass.metadata.annotations?.["openebs.io/cas-type"] === "jiva";

/** Provisions the claims whose class asks for Jiva: a controller, and replicas on as many nodes as the class wants. */
export const provisionJiva = (context: ProgramContext): void => {
  for (const waiting of waitingClaims(context, PROVISIONER).filter(isJiva)) provision(waiting);
};
