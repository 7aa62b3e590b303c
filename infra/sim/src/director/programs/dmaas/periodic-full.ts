import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { at, textAt } from "../../json.ts";
import { cronFault, isDue } from "./cron-due.ts";
import {
  backupsOf,
  dropSchedule,
  entriesOf,
  keepOf,
  makeSchedule,
  requestDeletion,
  reserve,
  tell,
  type ScheduleEntry,
} from "./dmaas-modes.ts";
import { phaseOf, SCHEDULE_LABEL } from "./kinds.ts";
import { surplusSchedules } from "./retention.ts";

const isOf = ({ scheduleName }: ScheduleEntry, backup: KubeObject): boolean => backup.metadata.labels?.[SCHEDULE_LABEL] === scheduleName;

/** The newest schedule runs, the one before it ends: the chain of increments begins again. */
const change = (context: ProgramContext, object: KubeObject): void => {
  const [newest, previous, ...older] = entriesOf(object);
  if (newest === undefined) return;
  makeSchedule(context, object, newest);
  if (previous !== undefined) dropSchedule(context, object.metadata.namespace, previous.scheduleName);
  const ended = previous === undefined ? [] : [{ ...previous, status: previous.status === "Active" ? "Deleted" : previous.status }];
  tell(context, object, { phase: "InProgress", veleroSchedules: [{ ...newest, status: "Active" }, ...ended, ...older] });
};

const clean = (context: ProgramContext, object: KubeObject): void => {
  const backups = backupsOf(context, object);
  const entries = entriesOf(object);
  const known = entries.map((entry) => ({
    name: entry.scheduleName,
    status: entry.status,
    hasCompleted: backups.some((backup) => isOf(entry, backup) && phaseOf(backup) === "Completed"),
  }));
  const withoutCheck = at(object.spec, "periodicFullBackup", "disableSuccessfulBackupCheckForRetention") === true;
  const surplus = new Set(surplusSchedules(known, { keep: keepOf(object), withoutCheck }).map(({ name }) => name));
  const veleroSchedules = entries.map((entry) => {
    if (!surplus.has(entry.scheduleName)) return entry;
    const left = backups.filter((backup) => isOf(entry, backup));
    for (const { metadata } of left) requestDeletion(context, object, metadata.name);
    return left.length === 0 ? { ...entry, status: "Erased" } : entry;
  });
  tell(context, object, { phase: "InProgress", veleroSchedules });
};

/** A new schedule, and so a full backup, at each time of `cronTime`; the first at once. */
export const servePeriodic = (context: ProgramContext, object: KubeObject): void => {
  const cronTime = textAt(object.spec, "periodicFullBackup", "cronTime") ?? "";
  const fault = cronFault(cronTime);
  if (fault !== undefined) throw new Error(fault);
  const [newest] = entriesOf(object);
  if (newest?.status === "") return change(context, object);
  const { time } = context;
  const moment = { since: Date.parse(newest?.creationTimestamp ?? ""), now: time.now(), speed: time.speed };
  if (newest === undefined || isDue(cronTime, moment)) return reserve(context, object);
  clean(context, object);
};
