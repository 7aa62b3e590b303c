import { listAt, recordAt, textAt, type JsonRecord } from "../json.ts";
import type { JobRow } from "../rows.ts";
import type { Wiring } from "../wiring.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { Store } from "../../kubernetes/store.ts";
import type { Program, ProgramContext } from "../../kubernetes/program.ts";
import { doJobs } from "./job-loop.ts";
import { COMPONENT_LABEL, controlPlane, VERSION_LABEL } from "./openebs-objects.ts";
import { service } from "./process.ts";
import { isRolledOut, settled } from "./rollout.ts";

const retagged = (container: unknown, version: string): JsonRecord => {
  const image = textAt(container, "image") ?? "";
  const untagged = image.slice(0, image.lastIndexOf(":") > image.lastIndexOf("/") ? image.lastIndexOf(":") : undefined);
  return { ...recordAt(container), image: `${untagged}:${version}` };
};

/** The workload with images and labels of another version; its selector stays. */
const upgraded = (object: KubeObject, version: string): KubeObject => {
  const template = recordAt(object.spec, "template");
  const labels = { ...recordAt(template, "metadata", "labels"), [VERSION_LABEL]: version };
  const containers = listAt(template, "spec", "containers").map((container) => retagged(container, version));
  return {
    ...object,
    metadata: { ...object.metadata, labels: { ...object.metadata.labels, [VERSION_LABEL]: version } },
    spec: {
      ...object.spec,
      template: {
        ...template,
        metadata: { ...recordAt(template, "metadata"), labels },
        spec: { ...recordAt(template, "spec"), containers },
      },
    },
  };
};

/** Workloads that still roll out, and pods of another version that have not gone yet. */
const pending = (store: Store, namespace: string, version: string): string[] => {
  const rolling = controlPlane(store, namespace).filter((object) => !isRolledOut(object));
  const old = store
    .list(store.resource("Pod"), namespace)
    .filter(({ metadata: { labels } }) => labels?.[COMPONENT_LABEL] !== undefined && labels[VERSION_LABEL] !== version);
  return [...rolling, ...old].map((object) => `${object.kind} ${object.metadata.name}`);
};

const upgrade = async (context: ProgramContext, { payload }: JobRow): Promise<void> => {
  const { store } = context;
  const [namespace, version] = [textAt(payload, "namespace") ?? "openebs", textAt(payload, "version") ?? ""];
  const workloads = controlPlane(store, namespace);
  if (workloads.length === 0) throw new Error(`namespace ${namespace} has no OpenEBS control plane`);
  for (const object of workloads) store.update(store.resource(object.kind), upgraded(object, version));
  await settled(context, () => pending(context.store, namespace, version));
};

/** Upgrades OpenEBS control planes as Director's jobs ask for it. */
export const upgradeController = (wiring: Wiring): Program =>
  service({ startMs: 3000, run: (context) => doJobs(context, wiring, { kinds: ["upgradeControlPlane"], work: upgrade }) });
