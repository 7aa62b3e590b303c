import type { SimTime } from "../datacenter/sim-time.ts";
import type { Changes } from "./changes.ts";
import { Task, type TaskSubject } from "./task.ts";
import type { Ref, Value } from "./value.ts";
import { requestCanceled, taskInProgress, VimFault } from "./vim-fault.ts";

/** A task on a VM as a hook sees it: `{method: "PowerOnVM_Task", vm: "sim-server-master1"}`. */
export interface TaskOnVm {
  readonly method: string;
  readonly vm: string;
  readonly esxHost: string;
}

/** How a task is made to fail: with which fault of vim25, and how far it gets before. */
export interface TaskFailure {
  /** Name of the fault in the API: `GenericVmConfigFault`, `InsufficientResourcesFault`, `FileFault` … */
  readonly fault: string;
  readonly message: string;
  /** 0 to 100; 0 by default. The VM stays as it was. */
  readonly atPercent?: number;
  /** It does not end before this aborts. */
  readonly until?: AbortSignal;
  /** Fields of the fault: `{ privilegeId: "VirtualMachine.Interact.PowerOff" }`. */
  readonly fields?: Readonly<Record<string, string>>;
}

/** Asked once for each task on a VM, just before it starts. */
export type TaskHook = (task: TaskOnVm) => TaskFailure | undefined;

/** Told of each task when it starts and when it has ended. */
export interface TaskListener {
  taskStarted(task: Task): void;
  taskEnded(task: Task): void;
}

/** One piece of work on a VM. `work` changes the machine at the end of the duration; both may throw a `VimFault`. */
export interface Work {
  readonly subject: TaskSubject;
  /** Simulated milliseconds. */
  readonly durationMs: number;
  /** Whether CancelTask may stop it. */
  readonly cancelable?: boolean;
  /** Whether it may run beside others on its VM. */
  readonly shared?: boolean;
  check?(): void;
  work(): Value | undefined;
}

const STEPS = 10;
const KEPT = 500;
const RECENT_MS = 10 * 60_000;

/** Runs tasks and remembers the last of them; one at a time on each VM. */
export class TaskBoard {
  readonly #time: SimTime;
  readonly #changes: Changes;
  readonly #hook: TaskHook | undefined;
  readonly #listener: TaskListener;
  readonly #log: (line: string) => void;
  readonly #tasks = new Map<string, Task>();
  readonly #active = new Map<string, Task>();
  readonly #closed = new AbortController();
  #count = 0;

  constructor(parts: {
    readonly time: SimTime;
    readonly changes: Changes;
    readonly hook: TaskHook | undefined;
    readonly listener: TaskListener;
    readonly log: (line: string) => void;
  }) {
    this.#time = parts.time;
    this.#changes = parts.changes;
    this.#hook = parts.hook;
    this.#listener = parts.listener;
    this.#log = parts.log;
  }

  find(id: string): Task | undefined {
    return this.#tasks.get(id);
  }

  list(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  /** Tasks that run, or ended within the last ten minutes. */
  recent(entity?: Ref): readonly Task[] {
    const since = this.#time.now() - RECENT_MS;
    return this.list().filter(
      (task) => (entity === undefined || task.subject.entity.id === entity.id) && (task.completedAt ?? Infinity) >= since,
    );
  }

  /** Starts the work and answers its task at once; what goes wrong is the task's error. */
  start(work: Work): Ref {
    this.#count += 1;
    const task = new Task(`task-${this.#count}`, work.subject, { nowMs: this.#time.now(), cancelable: work.cancelable === true });
    this.#tasks.set(task.ref.id, task);
    this.#forgetOldest();
    this.#listener.taskStarted(task);
    setImmediate(() => void this.#run(task, work));
    this.#changes.touch();
    return task.ref;
  }

  /** Lets nothing that runs take effect any more. */
  close(): void {
    this.#closed.abort();
  }

  async #run(task: Task, work: Work): Promise<void> {
    if (this.#closed.signal.aborted) return;
    const entity = task.subject.entity.id;
    const other = this.#active.get(entity);
    task.startedAt = this.#time.now();
    if (work.shared !== true) {
      if (other !== undefined) return this.#end(task, () => fail(taskInProgress(other.ref)));
      this.#active.set(entity, task);
    }
    await this.#steps(task, work);
  }

  async #steps(task: Task, work: Work): Promise<void> {
    const { method, entityName: vm, esxHost } = task.subject;
    const failure = this.#hook?.({ method, vm, esxHost });
    const failAt = failure === undefined ? Infinity : (failure.atPercent ?? 0);
    const refused = refusal(work);
    if (refused !== undefined) return this.#end(task, () => fail(refused));
    task.state = "running";
    for (let step = 0; step < STEPS && failAt > (step * 100) / STEPS; step += 1) {
      task.progress = (step * 100) / STEPS;
      this.#changes.touch();
      await this.#time.delay(work.durationMs / STEPS, this.#closed.signal);
      if (this.#closed.signal.aborted) return;
      if (task.cancelled) return this.#end(task, () => fail(requestCanceled()));
    }
    if (failure?.until !== undefined) await aborted(AbortSignal.any([failure.until, this.#closed.signal]));
    this.#end(task, failure === undefined ? () => work.work() : () => fail(new VimFault(failure.fault, failure.message, failure.fields)));
  }

  #end(task: Task, outcome: () => Value | undefined): void {
    const entity = task.subject.entity.id;
    if (this.#active.get(entity) === task) this.#active.delete(entity);
    try {
      task.result = outcome();
      task.state = "success";
    } catch (error) {
      task.error = asFault(error);
      if (["NotSupported", "SystemError"].includes(task.error.type)) this.#log(`vsphere: ${task.subject.method}: ${task.error.message}`);
      task.state = "error";
    }
    task.progress = undefined;
    task.completedAt = this.#time.now();
    this.#listener.taskEnded(task);
    this.#changes.touch();
  }

  #forgetOldest(): void {
    for (const [id, task] of this.#tasks) {
      if (this.#tasks.size <= KEPT) return;
      if (task.done) this.#tasks.delete(id);
    }
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });

const fail = (fault: VimFault): never => {
  throw fault;
};

const refusal = (work: Work): VimFault | undefined => {
  try {
    work.check?.();
    return undefined;
  } catch (error) {
    return asFault(error);
  }
};

const asFault = (error: unknown): VimFault =>
  error instanceof VimFault ? error : new VimFault("SystemError", `A general system error occurred: ${String(error)}`);
