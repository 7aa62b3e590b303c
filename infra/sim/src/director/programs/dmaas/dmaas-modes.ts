import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { getKind } from "../../defined-kinds.ts";
import { listAt, numberAt, recordAt, textAt } from "../../json.ts";
import { apply } from "../../kube-apply.ts";
import { BACKUP, DELETE_REQUEST, DMAAS_LABEL, listLabelled, phaseOf, SCHEDULE, stampOf, tellStatus } from "./kinds.ts";
import { surplusBackups } from "./retention.ts";

export type Mode = "done" | "oneOff" | "paused" | "periodic" | "scheduled";

/** An entry of `status.veleroSchedules`. */
export interface ScheduleEntry {
  readonly scheduleName: string;
  readonly creationTimestamp: string;
  readonly status: string;
}

export const modeOf = ({ spec, status }: KubeObject): Mode => {
  if (textAt(spec, "state") === "Paused") return textAt(status, "phase") === "Paused" ? "done" : "paused";
  if ((textAt(spec, "periodicFullBackup", "cronTime") ?? "") !== "") return "periodic";
  if ((textAt(spec, "veleroScheduleSpec", "schedule") ?? "") !== "") return "scheduled";
  return textAt(status, "phase") === "Completed" ? "done" : "oneOff";
};

export const entriesOf = ({ status }: KubeObject): readonly ScheduleEntry[] =>
  listAt(status, "veleroSchedules") as readonly ScheduleEntry[];

export const keepOf = ({ spec }: KubeObject): number => numberAt(spec, "periodicFullBackup", "fullBackupRetentionThreshold") ?? 0;

/** Status without a reason of an earlier look; written only when something is new. */
export const tell = ({ store }: ProgramContext, object: KubeObject, status: Readonly<Record<string, unknown>>): void => {
  const wanted = { ...recordAt(object.status), reason: "", ...status };
  if (JSON.stringify(wanted) !== JSON.stringify(object.status)) tellStatus(store, object, wanted);
};

const own = ({ metadata }: KubeObject) => ({ namespace: metadata.namespace ?? "", label: DMAAS_LABEL, value: metadata.name });

export const backupsOf = ({ store }: ProgramContext, object: KubeObject): readonly KubeObject[] =>
  listLabelled(store, BACKUP, own(object)).toSorted((a, b) => b.metadata.name.localeCompare(a.metadata.name));

export const dropSchedule = ({ store }: ProgramContext, namespace: string | undefined, name: string): void => {
  if (getKind(store, SCHEDULE, { namespace, name }) !== undefined)
    store.delete(store.resource(SCHEDULE.kind, SCHEDULE.group), namespace, name);
};

export const dropSchedules = (context: ProgramContext, object: KubeObject): void => {
  for (const { metadata } of listLabelled(context.store, SCHEDULE, own(object))) dropSchedule(context, metadata.namespace, metadata.name);
};

export const pause = (context: ProgramContext, object: KubeObject): void => {
  dropSchedules(context, object);
  tell(context, object, { phase: "Paused" });
};

/** Makes a Backup and is done, whatever becomes of it. */
export const serveOneOff = (context: ProgramContext, object: KubeObject): void => {
  const { name, namespace = "" } = object.metadata;
  const spec = recordAt(object.spec, "veleroScheduleSpec", "template");
  if (getKind(context.store, BACKUP, object.metadata) === undefined)
    apply(context.store, {
      apiVersion: "velero.io/v1",
      kind: BACKUP.kind,
      metadata: { name, namespace, labels: { [DMAAS_LABEL]: name } },
      spec,
    });
  tell(context, object, { phase: "Completed", veleroBackupName: name });
};

/** Reserves the name of a schedule; it is made at the next look, so that a crash between the two makes none twice. */
export const reserve = (context: ProgramContext, object: KubeObject): void => {
  const now = context.time.now();
  const scheduleName = `${object.metadata.name}-${stampOf(now)}`;
  const entries = entriesOf(object);
  // Names tell seconds apart: a second time within one waits for the next.
  if (entries[0]?.scheduleName === scheduleName) return;
  const entry = { scheduleName, creationTimestamp: new Date(now).toISOString(), status: "" };
  tell(context, object, { phase: "InProgress", veleroSchedules: [entry, ...entries] });
};

export const makeSchedule = ({ store }: ProgramContext, object: KubeObject, { scheduleName }: ScheduleEntry): void => {
  const { name, namespace = "" } = object.metadata;
  const { schedule, template } = recordAt(object.spec, "veleroScheduleSpec");
  if (getKind(store, SCHEDULE, { namespace, name: scheduleName }) !== undefined) return;
  const metadata = { name: scheduleName, namespace, labels: { [DMAAS_LABEL]: name } };
  apply(store, { apiVersion: "velero.io/v1", kind: SCHEDULE.kind, metadata, spec: { schedule, template } });
};

export const requestDeletion = ({ store }: ProgramContext, object: KubeObject, backupName: string): void => {
  const { namespace = "" } = object.metadata;
  const name = `${backupName}-retention`;
  if (getKind(store, DELETE_REQUEST, { namespace, name }) !== undefined) return;
  apply(store, { apiVersion: "velero.io/v1", kind: DELETE_REQUEST.kind, metadata: { name, namespace }, spec: { backupName } });
};

export const serveScheduled = (context: ProgramContext, object: KubeObject): void => {
  const [newest] = entriesOf(object);
  if (newest === undefined) return reserve(context, object);
  if (newest.status === "") {
    makeSchedule(context, object, newest);
    return tell(context, object, { phase: "InProgress", veleroSchedules: [{ ...newest, status: "Active" }] });
  }
  const known = backupsOf(context, object).map((backup) => ({ name: backup.metadata.name, phase: phaseOf(backup) }));
  for (const { name } of surplusBackups(known, keepOf(object))) requestDeletion(context, object, name);
  tell(context, object, { phase: "InProgress" });
};
