import { textAt } from "../json.ts";
import type { JobRow } from "../rows.ts";
import type { Wiring } from "../wiring.ts";
import type { Store } from "../../kubernetes/store.ts";
import type { Program, ProgramContext } from "../../kubernetes/program.ts";
import { doJobs } from "./job-loop.ts";
import { VERSION_LABEL } from "../cstor-kinds.ts";
import { COMPONENT_LABEL, controlPlane } from "./openebs-objects.ts";
import { service } from "./process.ts";
import { isRolledOut, settled } from "./rollout.ts";
import { runUpgradeTask } from "./upgrade-job.ts";
import { upgraded } from "./versioned-workload.ts";

/** Workloads that still roll out, and pods of another version that have not gone yet. */
const pending = (store: Store, namespace: string, version: string): string[] => {
  const rolling = controlPlane(store, namespace).filter((object) => !isRolledOut(object));
  const old = store
    .list(store.resource("Pod"), namespace)
    .filter(({ metadata: { labels } }) => labels?.[COMPONENT_LABEL] !== undefined && labels[VERSION_LABEL] !== version);
  return [...rolling, ...old].map((object) => `${object.kind} ${object.metadata.name}`);
};

const upgradeControlPlane = async (context: ProgramContext, { payload }: JobRow): Promise<void> => {
  const { store } = context;
  const [namespace, version] = [textAt(payload, "namespace") ?? "openebs", textAt(payload, "version") ?? ""];
  const workloads = controlPlane(store, namespace);
  if (workloads.length === 0) throw new Error(`namespace ${namespace} has no OpenEBS control plane`);
  for (const object of workloads) store.update(store.resource(object.kind), upgraded(object, version));
  await settled(context, () => pending(context.store, namespace, version));
};

const work = (context: ProgramContext, job: JobRow): Promise<void> =>
  job.kind === "upgradeControlPlane" ? upgradeControlPlane(context, job) : runUpgradeTask(context, job);

/** Upgrades control planes, pools and volumes of OpenEBS as Director's jobs ask for it. */
export const upgradeController = (wiring: Wiring): Program =>
  service({ startMs: 3000, run: (context) => doJobs(context, wiring, { kinds: ["upgradeControlPlane", "upgradeDataPlane"], work }) });
