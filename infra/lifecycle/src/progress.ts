/** One thing that happened on the way; the CLI prints it, the run keeps it. */
export interface ProgressEvent {
  readonly at: string;
  /** The verb that is at work. */
  readonly verb: "restore" | "snapshot" | "gc" | "renew" | "freeze" | "make" | "install" | "connect" | "setup" | "dispose";
  /** The group of steps: "power off all", "nodes ready". */
  readonly phase: string;
  /** The VM, node, cluster or workload; absent for a whole phase. */
  readonly subject?: string;
  readonly state: "started" | "waiting" | "done" | "failed" | "skipped" | "note";
  readonly because?: string;
  readonly ms?: number;
}

export type Progress = (event: ProgressEvent) => void;
