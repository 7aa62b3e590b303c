import { gunzipSync, gzipSync } from "node:zlib";
import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Store } from "../../../kubernetes/store.ts";
import { selects } from "../../../kubernetes/controllers/selectors.ts";
import { listAt, recordAt, textAt, type JsonRecord } from "../../json.ts";

/** Kinds that are backed up, in the order in which they are restored: pods before those who would make others in their place. */
const KINDS = [
  { kind: "Namespace", group: "" },
  { kind: "ServiceAccount", group: "" },
  { kind: "ConfigMap", group: "" },
  { kind: "Secret", group: "" },
  { kind: "PersistentVolumeClaim", group: "" },
  { kind: "Service", group: "" },
  { kind: "Pod", group: "" },
  { kind: "ReplicaSet", group: "apps" },
  { kind: "Deployment", group: "apps" },
  { kind: "StatefulSet", group: "apps" },
] as const;

const FIELDS = new Set([
  "includedNamespaces",
  "includedResources",
  "excludedResources",
  "labelSelector",
  "storageLocation",
  "defaultVolumesToRestic",
]);

const texts = (value: unknown): readonly string[] => listAt(value).filter((text) => typeof text === "string");

/** As a spec names them: `secrets`, `replicasets`. */
const RESOURCES = new Set(["*", ...KINDS.map(({ kind }) => `${kind.toLowerCase()}s`)]);

/** What a backup asks for and nobody here can do. */
export const templateFaults = (template: JsonRecord): readonly string[] =>
  [
    ...Object.keys(template).filter((field) => !FIELDS.has(field)),
    ...["includedResources", "excludedResources"].flatMap((field) => texts(template[field]).filter((name) => !RESOURCES.has(name))),
  ].map((what) => `${what} is not known`);

const isWanted = (plural: string, spec: JsonRecord): boolean => {
  const [included, excluded] = [texts(spec["includedResources"]), texts(spec["excludedResources"])];
  return (included.length === 0 || included.includes("*") || included.includes(plural)) && !excluded.includes(plural);
};

const namespaceOf = ({ kind, metadata }: KubeObject): string => (kind === "Namespace" ? metadata.name : (metadata.namespace ?? ""));

const isTold = (object: KubeObject, spec: JsonRecord): boolean => {
  const namespaces = texts(spec["includedNamespaces"]);
  const isIn = namespaces.length === 0 || namespaces.includes("*") || namespaces.includes(namespaceOf(object));
  // A namespace comes along with whatever is in it.
  return isIn && (object.kind === "Namespace" || selects(recordAt(spec, "labelSelector"), object.metadata.labels));
};

/** Objects that a backup holds, by its spec, in the order of their restore. */
export const collect = (store: Store, spec: JsonRecord): readonly KubeObject[] =>
  KINDS.flatMap(({ kind, group }) => {
    const resource = store.resource(kind, group);
    return isWanted(resource.plural, spec) ? store.list(resource).filter((object) => isTold(object, spec)) : [];
  });

export interface PodVolume {
  readonly volume: string;
  readonly claim: string;
}

/** Volumes of a pod that restic reads: all with a claim, or those that an annotation names. */
export const volumesOfPod = (pod: KubeObject, spec: JsonRecord): readonly PodVolume[] => {
  const named = (pod.metadata.annotations?.["backup.velero.io/backup-volumes"] ?? "").split(",");
  return listAt(pod.spec, "volumes").flatMap((entry) => {
    const [volume = "", claim] = [textAt(entry, "name"), textAt(entry, "persistentVolumeClaim", "claimName")];
    const isRead = spec["defaultVolumesToRestic"] === true || named.includes(volume);
    return claim !== undefined && isRead ? [{ volume, claim }] : [];
  });
};

export const metadataKey = (backup: string): string => `backups/${backup}/velero-backup.json`;
export const objectsKey = (backup: string): string => `backups/${backup}/${backup}.json.gz`;
export const volumeFolder = (backup: string): string => `restic/${backup}/`;
export const volumeKey = (backup: string, { metadata }: KubeObject, volume: string): string =>
  `${volumeFolder(backup)}${metadata.namespace ?? ""}/${metadata.name}/${volume}.json`;

export const packed = (objects: readonly KubeObject[]): Buffer => gzipSync(JSON.stringify(objects));
export const unpacked = (data: Buffer): readonly KubeObject[] => JSON.parse(gunzipSync(data).toString("utf8")) as readonly KubeObject[];
