import { changeScope, clusterOf, clustersOf, viewScope, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { BLOCK_DEVICE } from "../cstor-kinds.ts";
import { getKind, listKind } from "../defined-kinds.ts";
import { conflict, invalid, missing, notAllowed, notFound } from "../http/api-error.ts";
import { collection, created, ok, present, type Presented } from "../http/envelope.ts";
import { action, get, post, type Reply, type Route } from "../http/router.ts";
import { at, isRecord, parsedJson, textAt, type JsonRecord } from "../json.ts";
import { CSPC, FLAVOURS } from "../pool-flavour.ts";
import { namedCluster } from "./named-cluster.ts";
import { freeDevices } from "../pool-recommendation.ts";
import { replicasOn } from "../pool-state.ts";
import { poolManifest, poolWishOf, type PoolWish } from "../pool-wish.ts";
import type { JobRow, PoolOperationRow } from "../rows.ts";
import type { EtcdStore } from "../../kubernetes/etcd-store.ts";

/** A job says `Success`, an operation `success`; one that was not executed yet has no job. */
const stateOf = (job: JobRow | undefined): string => job?.state.toLowerCase() ?? "init";

const presentOne = (call: Call, { group }: Scope, row: PoolOperationRow): Presented => {
  const { jobId, ...fields } = row;
  const job = jobId === undefined ? undefined : call.db.get("jobs", jobId);
  const told = job?.message === undefined ? {} : { message: job.message };
  const path = `groups/${group.id}/cstorpooloperations/${row.id}`;
  const actions = jobId === undefined ? ["execute"] : [];
  return present(call, { type: "cstorPoolOperation", path, fields: { ...fields, ...told, state: stateOf(job) }, actions });
};

const isForm = ({ request }: Call): boolean => (request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");

/** JSON inside a string; a form, whose values are text anyhow, has been read that far already. */
const recommendationOf = (call: Call): JsonRecord => {
  const given = at(call.request.body, "input") ?? "";
  const input = typeof given === "string" ? parsedJson(given) : isForm(call) ? given : undefined;
  if (!isRecord(input) || poolWishOf(input) === undefined)
    throw given === "" ? missing("input") : invalid("input is no JSON text that names a pool of whole RAID groups", "InvalidOption");
  return input;
};

/** Errors: 404 for a cluster the group does not reach, 503 when its agents are away. */
const targetOf = (call: Call, scope: Scope): { readonly id: string; readonly store: EtcdStore } => {
  const cluster = namedCluster(call, scope);
  return { id: cluster.id, store: call.director.storeOf(cluster) };
};

const prepareCreation = (call: Call, scope: Scope): Reply => {
  const { id: clusterId } = targetOf(call, scope);
  const input = recommendationOf(call);
  return created(presentOne(call, scope, call.db.insert("poolOperations", { kind: "CreateCStorPoolCluster", clusterId, input })));
};

const start = (call: Call, operation: PoolOperationRow, job: Pick<JobRow, "kind" | "payload">): PoolOperationRow => {
  const { id: jobId } = call.db.insert("jobs", { ...job, clusterId: operation.clusterId, openebsId: "", state: "Pending" });
  return call.db.update("poolOperations", operation.id, { jobId }) ?? operation;
};

interface Doomed {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

/** The cluster object to delete, whoever made it. Errors: 422 for another kind or version, 404 when it is not there, 405 with volumes. */
const doomedOf = (call: Call, store: EtcdStore): Doomed => {
  const input = at(call.request.body, "input");
  const [name = "", kind] = [textAt(input, "name"), textAt(input, "kind")];
  const flavour = FLAVOURS.find(({ cluster }) => cluster.kind === kind && cluster.version === textAt(input, "version"));
  if (flavour === undefined)
    throw input === undefined
      ? missing("input")
      : invalid("input names no CStorPoolCluster v1 and no StoragePoolClaim v1alpha1", "InvalidOption");
  const found = listKind(store, flavour.cluster).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw name === "" ? missing("input.name") : notFound(`${flavour.cluster.kind} ${name} is unknown`);
  const replicas = replicasOn(store, flavour, name).length;
  if (replicas > 0) throw notAllowed(`${flavour.cluster.kind} ${name} holds ${replicas} replicas of volumes`);
  return { kind: flavour.cluster.kind, name, ...(flavour.namespaced && { namespace: found.metadata.namespace }) };
};

const startDeletion = (call: Call, scope: Scope): Reply => {
  const { id: clusterId, store } = targetOf(call, scope);
  const doomed = doomedOf(call, store);
  const operation = call.db.insert("poolOperations", { kind: "DeleteCStorPoolCluster", clusterId, input: { ...doomed } });
  return created(presentOne(call, scope, start(call, operation, { kind: "deletePool", payload: { ...doomed } })));
};

const create = (call: Call): Reply => {
  const scope = changeScope(call);
  const kind = call.text("kind");
  if (kind === "CreateCStorPoolCluster") return prepareCreation(call, scope);
  if (kind === "DeleteCStorPoolCluster") return startDeletion(call, scope);
  throw kind === "" ? missing("kind") : invalid(`kind ${kind} is unknown`, "InvalidOption");
};

/** Errors: 409 for a name that is taken; 405 when a device is not there on its node, or not free any more. */
const checkFree = (store: EtcdStore, { name, namespace, instances }: PoolWish): void => {
  if (getKind(store, CSPC.cluster, { namespace, name }) !== undefined) throw conflict(`CStorPoolCluster ${name} is there already`);
  const free = freeDevices(listKind(store, BLOCK_DEVICE, namespace));
  for (const { node, devices } of instances) {
    const own = new Set(free.filter((device) => device.node === node).map(({ object }) => object.metadata.name));
    const lost = devices.find((device) => !own.has(device));
    if (lost !== undefined) throw notAllowed(`${lost} is no free device of node ${node}`);
  }
};

const operationsOf = (call: Call, scope: Scope): readonly PoolOperationRow[] => {
  const reachable = new Set(clustersOf(call, scope).map(({ id }) => id));
  return call.db.list("poolOperations").filter(({ clusterId }) => reachable.has(clusterId));
};

const operationOf = (call: Call, scope: Scope): PoolOperationRow => {
  const found = operationsOf(call, scope).find(({ id }) => id === call.param("oid"));
  if (found === undefined) throw notFound(`cstorpooloperation ${call.param("oid")} is unknown`);
  return found;
};

const execute = (call: Call): Reply => {
  const scope = changeScope(call);
  const operation = operationOf(call, scope);
  const wish = operation.jobId === undefined ? poolWishOf(operation.input) : undefined;
  if (wish === undefined) throw notAllowed(`operation ${operation.id} was executed before`);
  checkFree(call.director.storeOf(clusterOf(call, scope, operation.clusterId)), wish);
  const job = { kind: "createPool", payload: { manifest: poolManifest(wish) } } as const;
  return ok(presentOne(call, scope, start(call, operation, job)));
};

const list = (call: Call): Reply => {
  const scope = viewScope(call);
  const items = operationsOf(call, scope).map((row) => presentOne(call, scope, row));
  return collection(call, "cstorPoolOperation", items);
};

const read = (call: Call): Reply => {
  const scope = viewScope(call);
  return ok(presentOne(call, scope, operationOf(call, scope)));
};

export const poolOperationRoutes: readonly Route[] = [
  get("v3/groups/:gid/cstorpooloperations", list),
  post("v3/groups/:gid/cstorpooloperations", create),
  get("v3/groups/:gid/cstorpooloperations/:oid", read),
  action("v3/groups/:gid/cstorpooloperations/:oid", "execute", execute),
];
