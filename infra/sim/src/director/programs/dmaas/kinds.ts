import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Store } from "../../../kubernetes/store.ts";
import { listKind, type KindName } from "../../defined-kinds.ts";
import { recordAt, textAt, type JsonRecord } from "../../json.ts";
import { apply, groupOf, type Manifest } from "../../kube-apply.ts";

const velero = (kind: string): KindName => ({ group: "velero.io", version: "v1", kind });

export const BACKUP = velero("Backup");
export const RESTORE = velero("Restore");
export const SCHEDULE = velero("Schedule");
export const LOCATION = velero("BackupStorageLocation");
export const DELETE_REQUEST = velero("DeleteBackupRequest");
export const DMAAS_BACKUP: KindName = { group: "mayadata.io", version: "v1alpha1", kind: "DMaaSBackup" };
const DMAAS_RESTORE: KindName = { group: "mayadata.io", version: "v1alpha1", kind: "DMaaSRestore" };
const PRE_BACKUP_ACTION: KindName = { group: "mayadata.io", version: "v1alpha1", kind: "PreBackupAction" };

export const VELERO_KINDS = [BACKUP, RESTORE, SCHEDULE, LOCATION, DELETE_REQUEST] as const;
export const DMAAS_KINDS = [DMAAS_BACKUP, DMAAS_RESTORE, PRE_BACKUP_ACTION] as const;

/** Labels by which Velero and the operator find what belongs together. */
export const SCHEDULE_LABEL = "velero.io/schedule-name";
export const LOCATION_LABEL = "velero.io/storage-location";
export const DMAAS_LABEL = "dmaas.mayadata.io/dmaasbackup";

const definition = ({ group, version: name, kind }: KindName): Manifest => {
  const singular = kind.toLowerCase();
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${singular}s.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { kind, plural: `${singular}s`, singular, listKind: `${kind}List` },
      versions: [{ name, served: true, storage: true, subresources: { status: {} }, schema }],
    },
  };
};

/** Defines what is not defined yet. */
export const define = (store: Store, kinds: readonly KindName[]): void => {
  const definitions = store.resource("CustomResourceDefinition");
  for (const wanted of kinds.map(definition))
    if (store.get(definitions, undefined, wanted.metadata.name) === undefined) apply(store, wanted);
};

/** Gives the object as it is now further status; nothing is written when it is gone. */
export const tellStatus = (store: Store, at: KubeObject, status: JsonRecord): void => {
  const { kind, apiVersion, metadata } = at;
  const resource = store.resource(kind, groupOf(apiVersion));
  const now = store.get(resource, metadata.namespace, metadata.name);
  if (now?.metadata.uid !== metadata.uid) return;
  store.updateStatus(resource, { ...now, status: { ...recordAt(now.status), ...status } });
};

export const phaseOf = ({ status }: KubeObject): string => textAt(status, "phase") ?? "";

const isLabelled = ({ metadata }: KubeObject, label: string, value: string): boolean => metadata.labels?.[label] === value;

export interface Labelled {
  readonly namespace: string;
  readonly label: string;
  readonly value: string;
}

export const listLabelled = (store: Store, kind: KindName, { namespace, label, value }: Labelled): readonly KubeObject[] =>
  listKind(store, kind, namespace).filter((object) => isLabelled(object, label, value));

/** `20261129074500`, as names of backups and schedules end. */
export const stampOf = (now: number): string => new Date(now).toISOString().replaceAll(/\D/g, "").slice(0, 14);
