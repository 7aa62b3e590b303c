import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { listKind } from "../../defined-kinds.ts";
import { recordAt, textAt } from "../../json.ts";
import { volumeOn, type VolumeAccess } from "../../volume-access.ts";
import type { Wiring } from "../../wiring.ts";
import { collect, metadataKey, objectsKey, packed, templateFaults, volumeFolder, volumeKey, volumesOfPod } from "./backup-content.ts";
import { BACKUP, tellStatus } from "./kinds.ts";
import { locationOf, type Location } from "./location.ts";

/** How long a small backup takes. */
const WORK_MS = 2000;

export interface VeleroParts {
  readonly context: ProgramContext;
  readonly wiring: Wiring;
}

const isoNow = ({ time }: ProgramContext): string => new Date(time.now()).toISOString();
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The persistent volume behind a claim, and the node whose disk it lies on for a pod. Undefined until the pod is placed and the claim is bound. */
export const placeOf = ({ store }: ProgramContext, pod: KubeObject, claim: string): { node: string; volume: string } | undefined => {
  const node = textAt(pod.spec, "nodeName");
  const bound = store.get(store.resource("PersistentVolumeClaim"), pod.metadata.namespace, claim);
  const volume = textAt(bound?.status, "phase") === "Bound" ? textAt(bound?.spec, "volumeName") : undefined;
  return node === undefined || volume === undefined ? undefined : { node, volume };
};

const isRunning = (pod: KubeObject): boolean => textAt(pod.status, "phase") === "Running";

/** The data of a volume, or why they cannot be read. */
const readOr = (access: VolumeAccess): { readonly data: unknown } | string => {
  try {
    return { data: access.read() ?? null };
  } catch (error) {
    return reasonOf(error);
  }
};

/** Reads the volumes of running pods into the bucket; answers what could not be read. */
const putVolumes = async ({ context, wiring }: VeleroParts, backup: KubeObject, location: Location): Promise<readonly string[]> => {
  const errors: string[] = [];
  const spec = recordAt(backup.spec);
  const pods = collect(context.store, spec).filter(({ kind }) => kind === "Pod");
  for (const pod of pods)
    for (const { volume, claim } of volumesOfPod(pod, spec)) {
      const place = isRunning(pod) ? placeOf(context, pod, claim) : undefined;
      const access = place && volumeOn(wiring, { ...context, volume: place.volume }, place.node);
      const data = access === undefined ? "its pod does not run" : readOr(access);
      if (typeof data === "string") errors.push(`pod ${pod.metadata.name}: volume ${volume} is not read: ${data}`);
      else await location.put(volumeKey(backup.metadata.name, pod, volume), JSON.stringify({ claim, ...data }));
    }
  return errors;
};

const putMetadata = (location: Location, { apiVersion, kind, metadata, spec }: KubeObject, status: object): Promise<void> => {
  const { name, namespace, labels } = metadata;
  return location.put(
    metadataKey(metadata.name),
    JSON.stringify({ apiVersion, kind, metadata: { name, namespace, labels }, spec, status }),
  );
};

const write = async (parts: VeleroParts, backup: KubeObject): Promise<Readonly<Record<string, unknown>>> => {
  const { context } = parts;
  const { name } = backup.metadata;
  const location = locationOf(context.store, backup);
  const errors = await putVolumes(parts, backup, location);
  await location.put(objectsKey(name), packed(collect(context.store, recordAt(backup.spec))));
  const status = {
    phase: errors.length === 0 ? "Completed" : "PartiallyFailed",
    version: 1,
    startTimestamp: textAt(backup.status, "startTimestamp"),
    completionTimestamp: isoNow(context),
    ...(errors.length > 0 && { errors: errors.length, failureReason: errors.join("; ") }),
  };
  await putMetadata(location, backup, status);
  return status;
};

/** Takes one backup from New to its end. */
export const takeBackup = async (parts: VeleroParts, backup: KubeObject): Promise<void> => {
  const { store, time, signal } = parts.context;
  const validationErrors = templateFaults(recordAt(backup.spec));
  if (validationErrors.length > 0) return tellStatus(store, backup, { phase: "FailedValidation", validationErrors });
  const startTimestamp = isoNow(parts.context);
  tellStatus(store, backup, { phase: "InProgress", startTimestamp });
  await time.delay(WORK_MS, signal);
  if (signal.aborted) return;
  try {
    tellStatus(store, backup, await write(parts, { ...backup, status: { startTimestamp } }));
  } catch (error) {
    tellStatus(store, backup, { phase: "Failed", failureReason: reasonOf(error), completionTimestamp: isoNow(parts.context) });
  }
};

/** Removes a backup from its bucket and from the cluster, and the request with it. */
export const deleteBackup = async ({ context }: VeleroParts, request: KubeObject): Promise<void> => {
  const { store } = context;
  const { namespace, name: requestName } = request.metadata;
  const name = textAt(request.spec, "backupName") ?? "";
  const backup = listKind(store, BACKUP, namespace).find(({ metadata }) => metadata.name === name);
  if (backup !== undefined) {
    tellStatus(store, backup, { phase: "Deleting" });
    const location = locationOf(store, backup);
    const keys = [...(await location.list(`backups/${name}/`)), ...(await location.list(volumeFolder(name)))];
    for (const key of keys) await location.remove(key);
    store.delete(store.resource(BACKUP.kind, BACKUP.group), namespace, name);
  }
  store.delete(store.resource("DeleteBackupRequest", BACKUP.group), namespace, requestName);
};
