import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../../kubernetes/program.ts";
import { getKind, listKind } from "../../defined-kinds.ts";
import { recordAt, textAt } from "../../json.ts";
import { apply } from "../../kube-apply.ts";
import { cronFault, isDue } from "./cron-due.ts";
import { BACKUP, phaseOf, SCHEDULE, SCHEDULE_LABEL, stampOf, tellStatus } from "./kinds.ts";

const queueBackup = ({ store, time }: ProgramContext, schedule: KubeObject): void => {
  const now = time.now();
  const { name: scheduleName, namespace = "", labels } = schedule.metadata;
  const name = `${scheduleName}-${stampOf(now)}`;
  // Names tell seconds apart; two times within one are one backup.
  if (getKind(store, BACKUP, { namespace, name }) !== undefined) return;
  const metadata = { name, namespace, labels: { ...labels, [SCHEDULE_LABEL]: scheduleName } };
  apply(store, { apiVersion: "velero.io/v1", kind: "Backup", metadata, spec: recordAt(schedule.spec, "template") });
  tellStatus(store, schedule, { lastBackup: new Date(now).toISOString() });
};

const serve = (context: ProgramContext, schedule: KubeObject): void => {
  const { store, time } = context;
  const expression = textAt(schedule.spec, "schedule") ?? "";
  if (phaseOf(schedule) === "") {
    const fault = cronFault(expression);
    const refused = { phase: "FailedValidation", validationErrors: [fault] };
    return tellStatus(store, schedule, fault === undefined ? { phase: "Enabled" } : refused);
  }
  if (phaseOf(schedule) !== "Enabled") return;
  const since = Date.parse(textAt(schedule.status, "lastBackup") ?? schedule.metadata.creationTimestamp);
  if (isDue(expression, { since, now: time.now(), speed: time.speed })) queueBackup(context, schedule);
};

/** Makes a backup of each schedule whose time has come. */
export const runSchedules = (context: ProgramContext): void => {
  for (const schedule of listKind(context.store, SCHEDULE, context.pod.metadata.namespace))
    if (schedule.metadata.deletionTimestamp === undefined) serve(context, schedule);
};
