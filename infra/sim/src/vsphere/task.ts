import type { ManagedObject } from "./managed-object.ts";
import { anything, data, enumeration, int, ref, time, type Data, type Ref, type Value } from "./value.ts";
import { localized, notSupported, VimFault } from "./vim-fault.ts";

export type TaskState = "queued" | "running" | "success" | "error";

/** What a task is about. */
export interface TaskSubject {
  /** `PowerOnVM_Task` */
  readonly method: string;
  readonly entity: Ref;
  readonly entityName: string;
  /** Where the VM runs. */
  readonly esxHost: string;
  readonly userName: string;
}

const descriptionId = (subject: TaskSubject): string => {
  const verb = subject.method.replace(/_Task$/, "").replace(/VM$/, "");
  return `${subject.entity.type}.${verb.charAt(0).toLowerCase()}${verb.slice(1)}`;
};

/** A task as its property `info` tells it. */
export class Task implements ManagedObject {
  readonly ref: Ref;
  readonly subject: TaskSubject;
  readonly queuedAt: number;
  state: TaskState = "queued";
  progress: number | undefined;
  startedAt: number | undefined;
  completedAt: number | undefined;
  result: Value | undefined;
  error: VimFault | undefined;
  readonly properties = { info: () => this.info(), availableField: () => undefined, value: () => undefined };
  readonly methods = { CancelTask: () => this.cancel() };
  readonly #cancelable: boolean;
  #cancelled = false;

  constructor(id: string, subject: TaskSubject, at: { readonly nowMs: number; readonly cancelable: boolean }) {
    this.ref = ref("Task", id);
    this.subject = subject;
    this.queuedAt = at.nowMs;
    this.#cancelable = at.cancelable;
  }

  /** Whether somebody asked for its end; it ends at its next step, without effect. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  cancel(): undefined {
    if (this.done) throw new VimFault("InvalidState", "The operation is not allowed in the current state.");
    if (!this.#cancelable) throw notSupported(`${this.subject.method} cannot be cancelled`);
    this.#cancelled = true;
    return undefined;
  }

  get chainId(): number {
    return Number(this.ref.id.replace("task-", ""));
  }

  get done(): boolean {
    return this.state === "success" || this.state === "error";
  }

  info(): Data {
    return data("TaskInfo", {
      key: this.ref.id,
      task: this.ref,
      description: undefined,
      name: this.subject.method,
      descriptionId: descriptionId(this.subject),
      entity: this.subject.entity,
      entityName: this.subject.entityName,
      locked: undefined,
      state: enumeration("TaskInfoState", this.state),
      cancelled: this.#cancelled,
      cancelable: this.#cancelable && !this.done,
      error: this.error === undefined ? undefined : localized(this.error),
      result: this.result === undefined ? undefined : anything(this.result),
      progress: this.progress === undefined ? undefined : int(this.progress),
      reason: data("TaskReasonUser", { userName: this.subject.userName }),
      queueTime: time(this.queuedAt),
      startTime: this.startedAt === undefined ? undefined : time(this.startedAt),
      completeTime: this.completedAt === undefined ? undefined : time(this.completedAt),
      eventChainId: int(this.chainId),
    });
  }
}
