import { listAt, recordAt, textAt } from "../json.ts";
import type { Manifest } from "../kube-apply.ts";
import type { JobRow } from "../rows.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../kubernetes/program.ts";
import { controlPlane } from "./openebs-objects.ts";
import { settled } from "./rollout.ts";
import { imageBeside } from "./versioned-workload.ts";

/** Images are pulled and pods replaced on the way, one after the other. */
const LIMIT_MS = 30 * 60_000;

/** It runs with the rights and the registry of the control plane beside it. */
const jobManifest = (sibling: KubeObject, { id, payload }: JobRow): Manifest => {
  const [namespace = "openebs", resource = "", target = "", version = ""] = ["namespace", "resource", "name", "version"].map((field) =>
    textAt(payload, field),
  );
  const template = recordAt(sibling.spec, "template", "spec");
  const serviceAccountName = textAt(template, "serviceAccountName");
  const imagePullSecrets = listAt(template, "imagePullSecrets");
  const container = {
    name: "upgrade",
    image: imageBeside(textAt(template, "containers", 0, "image") ?? "", "upgrade", version),
    imagePullPolicy: "IfNotPresent",
    args: [resource, `--name=${target}`, `--to-version=${version}`],
  };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `upgrade-${id.toLowerCase()}`, namespace, labels: { "openebs.io/upgrade": resource } },
    spec: {
      backoffLimit: 0,
      template: {
        metadata: { labels: { "openebs.io/upgrade": resource } },
        spec: {
          restartPolicy: "Never",
          ...(serviceAccountName !== undefined && { serviceAccountName }),
          ...(imagePullSecrets.length > 0 && { imagePullSecrets }),
          containers: [container],
        },
      },
    },
  };
};

const conditionsOf = (job: KubeObject | undefined): readonly (string | undefined)[] =>
  listAt(job?.status, "conditions").flatMap((entry) => (textAt(entry, "status") === "True" ? [textAt(entry, "type")] : []));

/** What the program said when it ended. */
const lastWord = ({ store }: ProgramContext, { metadata }: KubeObject): string =>
  store
    .list(store.resource("Pod"), metadata.namespace)
    .filter((pod) => pod.metadata.ownerReferences?.some(({ uid }) => uid === metadata.uid) === true)
    .map((pod) => textAt(pod.status, "containerStatuses", 0, "state", "terminated", "message") ?? "")
    .find((message) => message !== "") ?? `job ${metadata.name} failed`;

/** Has a Kubernetes Job upgrade one pool or volume, waits for it, and takes it away again. Throws what it failed of. */
export const runUpgradeTask = async (context: ProgramContext, row: JobRow): Promise<void> => {
  const { store } = context;
  const [sibling] = controlPlane(store, textAt(row.payload, "namespace") ?? "openebs");
  if (sibling === undefined) throw new Error("the cluster has no OpenEBS control plane");
  const manifest = jobManifest(sibling, row);
  const { namespace, name } = manifest.metadata;
  const jobs = store.resource("Job");
  const job = store.get(jobs, namespace, name) ?? store.create(jobs, manifest);
  const ended = (): boolean => ["Complete", "Failed"].some((type) => conditionsOf(context.store.get(jobs, namespace, name)).includes(type));
  await settled(context, () => (ended() ? [] : [`job ${name}`]), LIMIT_MS);
  if (context.signal.aborted) return;
  const failed = conditionsOf(context.store.get(jobs, namespace, name)).includes("Failed");
  const told = failed ? lastWord(context, job) : "";
  context.store.delete(jobs, namespace, name);
  if (failed) throw new Error(told);
};
