import { getKind, servedKind, type KindName } from "../defined-kinds.ts";
import { at, recordAt, textAt } from "../json.ts";
import { apply, type Manifest } from "../kube-apply.ts";
import { CSPC, FLAVOURS } from "../pool-flavour.ts";
import { instancesOf, isOnline } from "../pool-state.ts";
import type { JobRow } from "../rows.ts";
import type { ProgramContext } from "../../kubernetes/program.ts";
import { settled } from "./rollout.ts";

/** A pool has the time that the field gives it, and more: its pods pull an image on each node. */
const LIMIT_MS = 60 * 60_000;

const notOnline = ({ store }: ProgramContext, name: string, wanted: number): string[] => {
  const instances = instancesOf(store, CSPC, name);
  const offline = instances.filter((instance) => !isOnline(store, CSPC, instance)).map(({ metadata }) => metadata.name);
  const missing = wanted - instances.length;
  return [...offline, ...(missing > 0 ? [`${missing} instances of ${name}`] : [])];
};

/** Applies the CStorPoolCluster and waits until each of its instances is online. */
export const createPool = async (context: ProgramContext, { payload }: JobRow): Promise<void> => {
  const manifest = recordAt(payload, "manifest") as unknown as Manifest;
  const pool = apply(context.store, manifest);
  const pools: unknown = at(pool.spec, "pools");
  await settled(context, () => notOnline(context, pool.metadata.name, Array.isArray(pools) ? pools.length : 0), LIMIT_MS);
};

/** Deletes the cluster object and waits until it is gone, and its pools with it. */
export const deletePool = async (context: ProgramContext, { payload }: JobRow): Promise<void> => {
  const [kind, name = ""] = [textAt(payload, "kind"), textAt(payload, "name")];
  const flavour = FLAVOURS.find(({ cluster }) => cluster.kind === kind);
  if (flavour === undefined) throw new Error(`nobody deletes a ${kind ?? "pool of no kind"}`);
  const place = { namespace: textAt(payload, "namespace"), name };
  remove(context, flavour.cluster, place);
  const left = (): string[] => (getKind(context.store, flavour.cluster, place) === undefined ? [] : [`${flavour.cluster.kind} ${name}`]);
  await settled(context, left, LIMIT_MS);
};

const remove = (
  { store }: ProgramContext,
  kind: KindName,
  place: { readonly namespace: string | undefined; readonly name: string },
): void => {
  const resource = servedKind(store, kind);
  const object = getKind(store, kind, place);
  if (resource === undefined || object === undefined || object.metadata.deletionTimestamp !== undefined) return;
  store.delete(resource, place.namespace, place.name);
};
