/** What retention knows of a backup or a schedule; newest first. */
export interface KeptBackup {
  readonly name: string;
  readonly phase: string;
}

export interface KeptSchedule {
  readonly name: string;
  /** ``, `Active`, `Deleted` or `Erased`. */
  readonly status: string;
  /** Whether one of its backups is Completed. */
  readonly hasCompleted: boolean;
}

const UNFINISHED = new Set(["", "New", "InProgress", "Deleting"]);

/** Finished backups beyond the newest `keep`, and beyond the newest Completed one; none while nothing is Completed. 0 keeps all. */
export const surplusBackups = (backups: readonly KeptBackup[], keep: number): readonly KeptBackup[] => {
  const finished = backups.filter(({ phase }) => !UNFINISHED.has(phase));
  const newestCompleted = finished.findIndex(({ phase }) => phase === "Completed");
  if (keep === 0 || finished.length < keep || newestCompleted < 0) return [];
  return finished.slice(Math.max(keep, newestCompleted + 1));
};

export interface ScheduleRetention {
  readonly keep: number;
  /** Whether backups may go though none behind them is known to be good. */
  readonly withoutCheck: boolean;
}

/** Schedules whose backups go: behind the active one and `keep` more, and behind the newest that has a Completed backup. 0 keeps all. */
export const surplusSchedules = (
  schedules: readonly KeptSchedule[],
  { keep, withoutCheck }: ScheduleRetention,
): readonly KeptSchedule[] => {
  const deleted = schedules.filter(({ status }) => status === "Deleted");
  if (keep === 0 || deleted.length < keep) return [];
  const newestGood = schedules.findIndex(({ hasCompleted }) => hasCompleted);
  if (!withoutCheck && newestGood < 0) return [];
  const kept = withoutCheck ? keep + 1 : Math.max(keep + 1, newestGood + 1);
  return schedules.slice(kept).filter(({ status }) => status === "Deleted");
};
