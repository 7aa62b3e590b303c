import type { ListedMachine, Provisioner } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedContext } from "./bed-context.ts";
import { withinDeadline } from "./deadline.ts";
import type { ProgressEvent } from "./progress.ts";
import { reasonOf } from "./reason-of.ts";
import { groupLines, type PlannedGroup } from "./set-up-plan.ts";

export interface DisposePlan {
  readonly bed: string;
  /** VMs that will be destroyed: named in the bed's file and made for it. */
  readonly machines: readonly ListedMachine[];
  /** VMs that bear the bed's mark and are not in its file; they may be of another bed of that name and stay. */
  readonly strangers: readonly ListedMachine[];
  readonly groups: readonly PlannedGroup[];
}

const isDeclared = (bed: TestBed, { name }: ListedMachine): boolean => bed.clusters.some(({ vms }) => vms.some((vm) => vm.name === name));

const refuseForeign = (bed: TestBed, machines: readonly ListedMachine[]): void => {
  const foreign = machines.filter((machine) => isDeclared(bed, machine) && machine.madeFor !== bed.name);
  if (foreign.length === 0) return;
  throw new KuberaError("DISPOSE_REFUSED", {
    what: `${foreign.length} ${foreign.length === 1 ? "VM" : "VMs"} of the bed ${bed.name} no set-up made; nothing was touched`,
    where: foreign.map(({ name }) => name).join(", "),
    because: foreign
      .map(({ name, madeFor }) => (madeFor === undefined ? `${name} bears no mark of a set-up` : `${name} was made for the bed ${madeFor}`))
      .join("\n           "),
    fix: "Destroy them by hand if they are to go, or take them out of the bed's file.",
  });
};

const strangerWords = ({ id, folder, esxHost }: ListedMachine): string =>
  `${id} in folder ${folder} on ${esxHost} bears the bed's mark and is not in its file; if it is yours, name it there and dispose again`;

/** What a dispose will do, from what the inventory says; pure. Error: `DISPOSE_REFUSED` naming each VM that no set-up made. */
export const planDispose = (bed: TestBed, inventory: readonly ListedMachine[]): DisposePlan => {
  refuseForeign(bed, inventory);
  const marked = inventory.filter(({ madeFor }) => madeFor === bed.name);
  const machines = marked.filter((machine) => isDeclared(bed, machine));
  const strangers = marked.filter((machine) => !isDeclared(bed, machine));
  const gone = bed.clusters.flatMap(({ vms }) => vms).filter(({ name }) => !machines.some((machine) => machine.name === name));
  const groups: PlannedGroup[] = [
    { phase: "power off", steps: machines.map(({ name, power }) => ({ subject: name, what: power === "off" ? "is off" : "power off" })) },
    {
      phase: "destroy",
      steps: [
        ...machines.map((machine) => ({
          subject: machine.name,
          what: `destroy ${machine.id} on ${machine.esxHost} with its files and ${machine.snapshots} snapshots`,
        })),
        ...gone.map(({ name }) => ({ subject: name, what: "is not there" })),
      ],
    },
    { phase: "difference", steps: [{ subject: bed.name, what: "no VM of its file is left in the inventory" }] },
    { phase: "left alone", steps: strangers.map((machine) => ({ subject: machine.name, what: strangerWords(machine) })) },
  ];
  return { bed: bed.name, machines, strangers, groups: groups.filter(({ steps }) => steps.length > 0) };
};

export const disposeLines = (plan: DisposePlan): string[] => [
  `dispose of ${plan.bed}: ${plan.machines.length} VMs of its file that a set-up made for it`,
  ...groupLines(plan.groups),
];

export const planDisposeNow = async ({ bed }: BedContext, provisioner: Provisioner): Promise<DisposePlan> =>
  planDispose(bed, await provisioner.list());

const incomplete = (context: BedContext, left: readonly ListedMachine[], reasons: ReadonlyMap<string, string>): KuberaError =>
  new KuberaError("DISPOSE_INCOMPLETE", {
    what: `${left.length} ${left.length === 1 ? "object" : "objects"} of the bed ${context.bed.name} ${left.length === 1 ? "is" : "are"} left`,
    where: left.map(({ id, name, folder, esxHost }) => `VM "${name}" (${id}) in folder ${folder} on ${esxHost}`).join("\n           "),
    because: left.map(({ id, name }) => `${name}: ${reasons.get(id) ?? "it is still in the inventory"}`).join("\n           "),
    fix: "Remove what is named, or run e2e bed dispose again once the reason is gone.",
  });

export interface Disposed {
  readonly destroyed: readonly string[];
  /** VMs that bear the bed's mark, are not in its file, and were not touched. */
  readonly left: readonly string[];
}

/**
 * Destroys every VM of the bed's file that a set-up made for it, and proves by the inventory that none is left. VMs of the same mark that
 * are not in the file are told as `left` and not touched: another owner's bed may have the same name.
 *
 * Errors: `DISPOSE_REFUSED` before anything is touched; `DISPOSE_INCOMPLETE` naming each object that is left, with the reason.
 */
export const disposeBed = async (
  context: BedContext,
  provisioner: Provisioner,
  given: { readonly signal?: AbortSignal } = {},
): Promise<Disposed> => {
  const { bed, clock } = context;
  const signal = given.signal ?? new AbortController().signal;
  const plan = await planDisposeNow(context, provisioner);
  const reasons = new Map<string, string>();
  const tell = (event: Omit<ProgressEvent, "at" | "verb">): void =>
    context.onProgress({ at: new Date(clock.now()).toISOString(), verb: "dispose", ...event });
  await context.marks.write({
    bed: bed.name,
    state: "broken",
    undone: "dispose",
    because: "its VMs are being disposed of",
    at: new Date(clock.now()).toISOString(),
  });
  const end = async (machine: ListedMachine): Promise<void> => {
    const startMs = clock.monotonicMs();
    const deadline = { clock, ms: bed.intervals.power, what: `the end of ${machine.name}`, where: machine.esxHost, signal };
    try {
      await withinDeadline(deadline, async (within) => {
        if (machine.power !== "off") await context.machines.powerOff(machine.name, { signal: within });
        await provisioner.destroy(machine, bed.name, { signal: within });
      });
      tell({ phase: "destroy", subject: machine.name, state: "done", ms: clock.monotonicMs() - startMs });
    } catch (error) {
      reasons.set(machine.id, reasonOf(error));
      tell({ phase: "destroy", subject: machine.name, state: "failed", because: reasonOf(error) });
    }
  };
  await Promise.all(plan.machines.map(end));
  signal.throwIfAborted();
  const left = (await provisioner.list({ signal })).filter((machine) => isDeclared(bed, machine));
  if (left.length > 0) throw incomplete(context, left, reasons);
  await context.marks.write({
    bed: bed.name,
    state: "broken",
    undone: "setup",
    because: "disposed of: it has no VMs",
    at: new Date(clock.now()).toISOString(),
  });
  return { destroyed: plan.machines.map(({ name }) => name), left: plan.strangers.map(({ name }) => name) };
};
