import type { TaskFailure, TaskHook, TaskOnVm } from "../vsphere/task-board.ts";

/** Which tasks on VMs go wrong, and how. */
export interface TaskTrouble {
  /** `RevertToSnapshot_Task`; absent: every method. */
  readonly methods?: readonly string[] | undefined;
  /** Names of VMs; absent: every VM. */
  readonly vms?: readonly string[] | undefined;
  readonly esxHost?: string | undefined;
  /** Name of the fault in the API. */
  readonly fault: string;
  readonly message: string;
  readonly atPercent?: number | undefined;
  /** How many tasks meet it before it is over; absent: until it is cleared. */
  readonly times?: number | undefined;
  /** Whether tasks do not end until it is cleared. */
  readonly hangs?: boolean | undefined;
}

interface Rule {
  readonly trouble: TaskTrouble;
  readonly cleared: AbortController;
  met: number;
}

const fits = ({ trouble, met }: Rule, task: TaskOnVm): boolean =>
  met < (trouble.times ?? Infinity) &&
  (trouble.methods?.includes(task.method) ?? true) &&
  (trouble.vms?.includes(task.vm) ?? true) &&
  (trouble.esxHost ?? task.esxHost) === task.esxHost;

/** Troubles of tasks that are in force; the hook of a task board asks it. */
export class TaskFaults {
  readonly #rules = new Set<Rule>();
  readonly hook: TaskHook = (task) => this.#answer(task);

  /** Answers how to end it. */
  add(trouble: TaskTrouble): () => void {
    const rule: Rule = { trouble, cleared: new AbortController(), met: 0 };
    this.#rules.add(rule);
    return () => {
      this.#rules.delete(rule);
      rule.cleared.abort();
    };
  }

  #answer(task: TaskOnVm): TaskFailure | undefined {
    const rule = [...this.#rules].find((candidate) => fits(candidate, task));
    if (rule === undefined) return undefined;
    rule.met += 1;
    const { fault, message, atPercent, hangs } = rule.trouble;
    return { fault, message, ...(atPercent !== undefined && { atPercent }), ...(hangs === true && { until: rule.cleared.signal }) };
  }
}
