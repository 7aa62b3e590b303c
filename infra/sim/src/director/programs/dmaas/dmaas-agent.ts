import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import { getKind, listKind } from "../../defined-kinds.ts";
import { textAt } from "../../json.ts";
import { follow } from "../follow.ts";
import { service } from "../process.ts";
import { BACKUP, define, DMAAS_BACKUP, DMAAS_KINDS, SCHEDULE, tellStatus } from "./kinds.ts";
import { dropSchedules, modeOf, pause, serveOneOff, serveScheduled } from "./dmaas-modes.ts";
import { reasonOf } from "./backup-work.ts";
import { servePeriodic } from "./periodic-full.ts";

const START_MS = 2000;
const FINALIZER = "dmaas.mayadata.io/finalizer";

/** The operator honours a finalizer that whoever made the object has set; it sets none. */
const release = (context: ProgramContext, object: KubeObject): void => {
  const { finalizers = [] } = object.metadata;
  if (!finalizers.includes(FINALIZER)) return;
  dropSchedules(context, object);
  const { store } = context;
  const left = finalizers.filter((finalizer) => finalizer !== FINALIZER);
  store.update(store.resource(DMAAS_BACKUP.kind, DMAAS_BACKUP.group), { ...object, metadata: { ...object.metadata, finalizers: left } });
};

const SERVE = { oneOff: serveOneOff, scheduled: serveScheduled, periodic: servePeriodic } as const;

const reconcile = (context: ProgramContext, object: KubeObject): void => {
  if (object.metadata.deletionTimestamp !== undefined) return release(context, object);
  const mode = modeOf(object);
  if (mode === "paused") return pause(context, object);
  if (mode !== "done") SERVE[mode](context, object);
};

const reconcileAll = (context: ProgramContext): void => {
  for (const object of listKind(context.store, DMAAS_BACKUP, context.pod.metadata.namespace))
    try {
      reconcile(context, object);
    } catch (error) {
      const now = getKind(context.store, DMAAS_BACKUP, object.metadata);
      const reason = reasonOf(error);
      context.log(`DMaaSBackup ${object.metadata.name}: ${reason}`);
      if (now !== undefined && textAt(now.status, "reason") !== reason) tellStatus(context.store, now, { phase: "InProgress", reason });
    }
};

/** The operator for DMaaS: makes Velero's objects of DMaaSBackups and keeps as many backups as they ask for. DMaaSRestores it lets be. */
export const dmaasAgent: Program = service({
  startMs: START_MS,
  run: (context) => {
    define(context.store, DMAAS_KINDS);
    return follow(context, [DMAAS_BACKUP.kind, SCHEDULE.kind, BACKUP.kind], () => reconcileAll(context));
  },
});
