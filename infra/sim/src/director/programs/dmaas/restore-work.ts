import { ApiStatusError } from "../../../kubernetes/api-status.ts";
import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { NewObject } from "../../../kubernetes/store.ts";
import { getKind, listKind } from "../../defined-kinds.ts";
import { listAt, recordAt, textAt, type JsonRecord } from "../../json.ts";
import { groupOf } from "../../kube-apply.ts";
import { volumeOn } from "../../volume-access.ts";
import { objectsKey, unpacked, volumeKey, volumesOfPod } from "./backup-content.ts";
import { placeOf, reasonOf, type VeleroParts } from "./backup-work.ts";
import { BACKUP, phaseOf, SCHEDULE_LABEL, tellStatus } from "./kinds.ts";
import { locationOf, type Location } from "./location.ts";

const LOOK_MS = 2000;
/** How long a restored pod may take to be placed with its claims bound. */
const PLACING_LOOKS = 300;
/** Annotation by which a restored pod learns that its volumes are filled. */
export const FILLED = "velero.io/restic-restored";

const FIELDS = new Set(["backupName", "scheduleName", "includedNamespaces", "excludedResources"]);
const RESTORABLE = new Set(["Completed", "PartiallyFailed"]);

const without = (record: JsonRecord, ...fields: readonly string[]): JsonRecord =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !fields.includes(name)));

const texts = (value: unknown): readonly string[] => listAt(value).filter((text) => typeof text === "string");

/** The helper that holds a pod back until its volumes are filled. */
const withHelper = (spec: JsonRecord, image: string): JsonRecord => ({
  ...spec,
  initContainers: [
    { name: "restic-wait", image, imagePullPolicy: "IfNotPresent", args: ["restic-wait"] },
    ...listAt(spec, "initContainers").filter((one) => textAt(one, "name") !== "restic-wait"),
  ],
});

const specOf = ({ kind, spec }: KubeObject): JsonRecord => {
  if (kind === "Pod") return without(recordAt(spec), "nodeName");
  if (kind === "PersistentVolumeClaim") return without(recordAt(spec), "volumeName");
  return kind === "Service" ? without(recordAt(spec), "clusterIP", "clusterIPs") : recordAt(spec);
};

/** What belongs to the cluster that it comes from stays behind: placement, bindings, addresses, owners, status. */
const cleaned = (object: KubeObject, restore: string): NewObject => {
  const { name, namespace, labels = {}, annotations = {} } = object.metadata;
  const own = without(annotations, "volume.kubernetes.io/selected-node", FILLED) as Record<string, string>;
  const marked = { ...labels, "velero.io/restore-name": restore };
  const metadata = { name, ...(namespace !== undefined && { namespace }), labels: marked, annotations: own };
  const { status: _status, spec, ...rest } = object;
  return { ...rest, metadata, ...(spec !== undefined && { spec: specOf(object) }) };
};

interface Restoring extends VeleroParts {
  readonly restore: KubeObject;
  readonly backup: KubeObject;
  readonly location: Location;
}

/** The pod's volumes as the backup holds them, by claim. */
const volumeDataOf = async ({ backup, location }: Restoring, pod: KubeObject): Promise<ReadonlyMap<string, unknown>> => {
  const found = new Map<string, unknown>();
  for (const { volume, claim } of volumesOfPod(pod, { ...recordAt(backup.spec), defaultVolumesToRestic: true })) {
    const text = await location.get(volumeKey(backup.metadata.name, pod, volume));
    if (text !== undefined) found.set(claim, (JSON.parse(text.toString("utf8")) as { data: unknown }).data);
  }
  return found;
};

/** Fills the volumes of a pod that is placed, and lets it go on; false while it is not. */
const fillPlaced = ({ context, wiring, restore }: Restoring, pod: KubeObject, data: ReadonlyMap<string, unknown>): boolean => {
  const places = [...data].map(([claim, content]) => ({ content, place: placeOf(context, pod, claim) }));
  if (places.some(({ place }) => place === undefined)) return false;
  for (const { place, content } of places)
    if (place !== undefined) volumeOn(wiring, { ...context, volume: place.volume }, place.node)?.write(content);
  const annotations = { ...pod.metadata.annotations, [FILLED]: restore.metadata.name };
  context.store.update(context.store.resource("Pod"), { ...pod, metadata: { ...pod.metadata, annotations } });
  return true;
};

/** Waits until the pod is placed and its volumes are filled. Errors: it is not placed in time, or gone. */
const fill = async (parts: Restoring, { metadata }: KubeObject, data: ReadonlyMap<string, unknown>): Promise<void> => {
  const { store, time, signal } = parts.context;
  for (let look = 0; look < PLACING_LOOKS && !signal.aborted; look += 1) {
    const now = store.get(store.resource("Pod"), metadata.namespace, metadata.name);
    if (now === undefined) throw new Error(`pod ${metadata.name} is gone before its volumes are filled`);
    if (fillPlaced(parts, now, data)) return;
    await time.delay(LOOK_MS, signal);
  }
  throw new Error(`pod ${metadata.name} was not placed in time, its volumes are empty`);
};

/** Undefined for what is there already, which is left as it is. */
const create = ({ context: { store } }: Restoring, object: KubeObject, wanted: NewObject): KubeObject | undefined => {
  try {
    return store.create(store.resource(object.kind, groupOf(object.apiVersion)), wanted);
  } catch (error) {
    if (error instanceof ApiStatusError && error.code === 409) return undefined;
    throw error;
  }
};

interface Made {
  readonly isNew: boolean;
  /** Resolves when its volumes are filled. */
  readonly filled: Promise<void>;
}

const restoreOne = async (parts: Restoring, object: KubeObject): Promise<Made> => {
  const data = object.kind === "Pod" ? await volumeDataOf(parts, object) : new Map<string, unknown>();
  const plain = cleaned(object, parts.restore.metadata.name);
  const made = create(parts, object, data.size === 0 ? plain : { ...plain, spec: withHelper(recordAt(plain.spec), parts.context.image) });
  const filled = made === undefined || data.size === 0 ? Promise.resolve() : fill(parts, made, data);
  // Its reason is read when everything else is made.
  filled.catch(() => {});
  return { isNew: made !== undefined, filled };
};

const isAsked = ({ context: { store }, restore }: Restoring, object: KubeObject): boolean => {
  const spec = recordAt(restore.spec);
  const namespaces = texts(spec["includedNamespaces"]);
  const own = object.kind === "Namespace" ? object.metadata.name : (object.metadata.namespace ?? "");
  const isIn = namespaces.length === 0 || namespaces.includes("*") || namespaces.includes(own);
  return isIn && !texts(spec["excludedResources"]).includes(store.resource(object.kind, groupOf(object.apiVersion)).plural);
};

const restoreAll = async (parts: Restoring): Promise<JsonRecord> => {
  const data = await parts.location.get(objectsKey(parts.backup.metadata.name));
  if (data === undefined) throw new Error(`the bucket holds no objects of backup ${parts.backup.metadata.name}`);
  const made: Made[] = [];
  for (const object of unpacked(data)) if (isAsked(parts, object)) made.push(await restoreOne(parts, object));
  const ends = await Promise.allSettled(made.map(({ filled }) => filled));
  const errors = ends.flatMap((end) => (end.status === "rejected" ? [reasonOf(end.reason)] : []));
  return {
    phase: errors.length === 0 ? "Completed" : "PartiallyFailed",
    warnings: made.filter(({ isNew }) => !isNew).length,
    ...(errors.length > 0 && { errors: errors.length, failureReason: errors.join("; ") }),
  };
};

/** The backup that a restore names, or the newest good one of the schedule that it names. */
const backupFor = ({ context: { store } }: VeleroParts, { metadata, spec }: KubeObject): KubeObject | undefined => {
  const [name, schedule] = [textAt(spec, "backupName"), textAt(spec, "scheduleName")];
  if (name !== undefined) return getKind(store, BACKUP, { namespace: metadata.namespace, name });
  return listKind(store, BACKUP, metadata.namespace)
    .filter((backup) => backup.metadata.labels?.[SCHEDULE_LABEL] === schedule && phaseOf(backup) === "Completed")
    .toSorted((a, b) => (textAt(a.status, "startTimestamp") ?? "").localeCompare(textAt(b.status, "startTimestamp") ?? ""))
    .at(-1);
};

const faultsOf = (restore: KubeObject, backup: KubeObject | undefined): readonly string[] => {
  const spec = recordAt(restore.spec);
  const unknown = Object.keys(spec).filter((field) => !FIELDS.has(field));
  const isOne = "backupName" in spec !== "scheduleName" in spec;
  return [
    ...unknown.map((field) => `${field} is not known`),
    ...(isOne ? [] : ["either backupName or scheduleName is needed"]),
    ...(backup === undefined || !RESTORABLE.has(phaseOf(backup)) ? ["there is no such backup to restore"] : []),
  ];
};

/** Brings one restore from New to its end. */
export const makeRestore = async (parts: VeleroParts, restore: KubeObject): Promise<void> => {
  const { store } = parts.context;
  const backup = backupFor(parts, restore);
  const validationErrors = faultsOf(restore, backup);
  if (backup === undefined || validationErrors.length > 0)
    return tellStatus(store, restore, { phase: "FailedValidation", validationErrors });
  tellStatus(store, restore, { phase: "InProgress" });
  try {
    tellStatus(store, restore, await restoreAll({ ...parts, restore, backup, location: locationOf(store, backup) }));
  } catch (error) {
    tellStatus(store, restore, { phase: "Failed", failureReason: reasonOf(error) });
  }
};
