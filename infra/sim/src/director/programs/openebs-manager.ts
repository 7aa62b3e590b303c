import { CONTROL_PLANE_LABEL, DATA_PLANE_LABEL } from "../api/openebs-nodes.ts";
import { at } from "../json.ts";
import { apply, groupOf, relabel, type Manifest } from "../kube-apply.ts";
import { wishOf, type OpenebsWish } from "../openebs-manifest.ts";
import type { JobRow } from "../rows.ts";
import type { Wiring } from "../wiring.ts";
import type { Program, ProgramContext } from "../../kubernetes/program.ts";
import { doJobs } from "./job-loop.ts";
import { controlPlane, openebsObjects } from "./openebs-objects.ts";
import { createPool, deletePool } from "./pool-jobs.ts";
import { service } from "./process.ts";
import { isRolledOut, settled } from "./rollout.ts";

/** The reasons for which the API refuses objects now, gone when all of them are applied. */
const refusals = ({ store }: ProgramContext, manifests: readonly Manifest[]): string[] => {
  try {
    for (const manifest of manifests) apply(store, manifest);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
};

const pendingWorkloads = ({ store }: ProgramContext, namespace: string): string[] =>
  controlPlane(store, namespace).flatMap((object) => (isRolledOut(object) ? [] : [`${object.kind} ${object.metadata.name}`]));

const tellOnline = ({ store }: ProgramContext, manifest: Manifest): void => {
  const resource = store.resource(manifest.kind, groupOf(manifest.apiVersion));
  const object = store.get(resource, manifest.metadata.namespace, manifest.metadata.name);
  if (object !== undefined) store.updateStatus(resource, { ...object, status: { phase: "Online" } });
};

const install = async (context: ProgramContext, wish: OpenebsWish, resource: Manifest): Promise<void> => {
  // A namespace that is still terminating from an earlier OpenEBS refuses for a while.
  await settled(context, () => refusals(context, [...openebsObjects(context.store, wish), resource]));
  await settled(context, () => pendingWorkloads(context, wish.namespace));
  if (!context.signal.aborted) tellOnline(context, resource);
};

const removeNodeLabels = ({ store }: ProgramContext): void => {
  for (const node of store.list(store.resource("Node")))
    relabel(store, node, { [CONTROL_PLANE_LABEL]: undefined, [DATA_PLANE_LABEL]: undefined });
};

const work = async (context: ProgramContext, job: JobRow): Promise<void> => {
  if (job.kind === "createPool") return createPool(context, job);
  if (job.kind === "deletePool") return deletePool(context, job);
  if (job.kind === "removeNodeLabels") return removeNodeLabels(context);
  const manifest = at(job.payload, "manifest");
  const wish = wishOf(manifest);
  if (wish === undefined) throw new Error("the job carries no OpenEBS manifest");
  return install(context, wish, manifest as Manifest);
};

const KINDS = ["install", "removeNodeLabels", "createPool", "deletePool"] as const;

/** Installs OpenEBS as Director's install jobs ask for it, makes and deletes pools, and cleans the nodes' labels when it is gone. */
export const openebsManager = (wiring: Wiring): Program =>
  service({ startMs: 3000, run: (context) => doJobs(context, wiring, { kinds: KINDS, work }) });
