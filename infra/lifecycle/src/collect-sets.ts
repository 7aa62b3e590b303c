import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedContext } from "./bed-context.ts";
import { withinDeadline } from "./deadline.ts";
import type { GcPlan, GcVerdict } from "./gc-plan.ts";
import { HostLimit } from "./host-limit.ts";
import type { ProgressEvent } from "./progress.ts";
import { reasonOf } from "./reason-of.ts";
import { throughLocks } from "./through-locks.ts";

/** Removing a snapshot rewrites disks: more of them on one host only make each other slow. */
const TASKS_PER_HOST = 2;

interface Removal {
  readonly context: BedContext;
  readonly verdict: GcVerdict;
  readonly signal: AbortSignal;
}

type Part = GcVerdict["snapshots"][number];

const tell = ({ context, verdict }: Removal, event: Pick<ProgressEvent, "state" | "subject" | "because" | "ms">): void =>
  context.onProgress({ at: new Date(context.clock.now()).toISOString(), verb: "gc", phase: `remove ${verdict.state}`, ...event });

const removeOne = async (removal: Removal, { vm, esxHost, id }: Part): Promise<void> => {
  const { clock, machines, bed } = removal.context;
  const { power, locked, poll } = bed.intervals;
  const startMs = clock.monotonicMs();
  const onWait = (because: string): void => tell(removal, { subject: vm, state: "waiting", because });
  const deadline = { clock, ms: power, what: `the removal of ${id} from ${vm}`, where: esxHost, signal: removal.signal };
  await withinDeadline(deadline, (signal) =>
    throughLocks({ clock, ms: locked, pauseMs: poll, signal, onWait }, async (attempt) => {
      if (attempt > 1 && !(await isThere(removal, { vm, id }))) return;
      await machines.removeSnapshot(vm, id, { signal });
    }),
  );
  tell(removal, { subject: vm, state: "done", ms: clock.monotonicMs() - startMs });
};

const isThere = async ({ context }: Removal, { vm, id }: Pick<Part, "vm" | "id">): Promise<boolean> => {
  const [machine] = await context.machines.inspect([vm]);
  return machine?.snapshots.some((snapshot) => snapshot.id === id) ?? false;
};

const failed = ({ context, verdict }: Removal, failures: readonly { vm: string; error: unknown }[]): KuberaError => {
  const [first] = failures;
  return new KuberaError("SET_NOT_REMOVED", {
    what: `set ${verdict.set} of the bed ${context.bed.name} is not removed from all its VMs`,
    where: failures.map(({ vm }) => vm).join(", "),
    because: failures.map(({ vm, error }) => `${vm}: ${reasonOf(error)}`).join("\n           "),
    fix: `What is left of it is no whole set and is never restored; go on with: e2e bed gc ${context.bed.name}`,
    cause: first?.error,
  });
};

/** Removes one set from all its VMs, whatever fails on some. Errors: `SET_NOT_REMOVED` naming those that keep it. */
export const removeSet = async (context: BedContext, verdict: GcVerdict, signal: AbortSignal): Promise<void> => {
  const removal = { context, verdict, signal };
  const limit = new HostLimit(TASKS_PER_HOST);
  tell(removal, { state: "started", because: `set ${verdict.set}, ${verdict.snapshots.length} VMs: ${verdict.why}` });
  const ended = await Promise.allSettled(verdict.snapshots.map((part) => limit.run(part.esxHost, () => removeOne(removal, part))));
  signal.throwIfAborted();
  const failures = ended.flatMap((result, index) =>
    result.status === "rejected" ? [{ vm: verdict.snapshots[index]?.vm ?? "?", error: result.reason as unknown }] : [],
  );
  if (failures.length > 0) throw failed(removal, failures);
  await tellConsolidation(removal);
};

/** The hypervisor merges disks as it removes; where that did not work it says so, and restores of that VM are refused until it did. */
const tellConsolidation = async (removal: Removal): Promise<void> => {
  const machines = await removal.context.machines.inspect(removal.verdict.snapshots.map(({ vm }) => vm));
  for (const { name, consolidationNeeded } of machines)
    if (consolidationNeeded)
      tell(removal, { subject: name, state: "note", because: "its disks need to be consolidated in the hypervisor" });
};

/** Does what the plan says, set by set. Killed at any point, the same again goes on. Errors: `SET_NOT_REMOVED`. */
export const collectSets = async (context: BedContext, plan: GcPlan, signal: AbortSignal): Promise<void> => {
  for (const verdict of plan.goes) await removeSet(context, verdict, signal);
};
