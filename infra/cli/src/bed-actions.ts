import { listTestBeds, planRestore, printPlan, restoreSet, snapshotSet, type BedContext } from "@kubera-e2e/lifecycle";
import { proveState, refuseBroken } from "@kubera-e2e/lifecycle/sets";
import { readSettings } from "@kubera-e2e/schema/settings";
import { holding } from "./bed-lease.ts";
import { listLeases } from "./bed-list-leases.ts";
import { printProgress } from "./bed-progress.ts";
import { withBed } from "./bed-session.ts";
import { readStatus, statusLines } from "./bed-status.ts";
import { confirm } from "./confirm.ts";
import { restoredStateOf, setNameOf, type RestoredState } from "./set-name.ts";
import { planSnapshot, snapshotLines } from "./snapshot-plan.ts";
import { untilOf } from "./until.ts";
import { vmNames } from "./vm-names.ts";

export interface BedFlags {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly until?: string;
  readonly wait?: string;
}

type StateFlags = BedFlags & { readonly state: string };
type SnapshotFlags = StateFlags & { readonly asIs?: boolean };
type RestoreFlags = BedFlags & RestoredState;

const quiet = (): void => {};

export const print = (flags: BedFlags, value: unknown, lines: () => readonly string[]): void => {
  console.log(flags.json === true ? JSON.stringify(value, undefined, 2) : lines().join("\n"));
};

/** Prints every declared bed with its lease; one whose file has faults is listed with them. */
export const listBeds = async (flags: BedFlags): Promise<void> => {
  const found = listTestBeds(readSettings());
  const leases = await listLeases(found);
  const rows = found.map(({ name, file, bed, problem }) => ({
    name,
    file,
    target: bed?.target,
    clusters: bed?.clusters.map((cluster) => ({ name: cluster.name, role: cluster.role, vms: cluster.vms.length })),
    description: bed?.description,
    ...leases.get(name),
    problem: problem?.message,
  }));
  print(flags, rows, () =>
    rows.map((row) =>
      row.problem === undefined
        ? `${row.name.padEnd(10)} ${(row.target === "sim" ? "SIMULATED" : "real").padEnd(10)} ${row.clusters?.map((cluster) => `${cluster.name} (${cluster.role}, ${cluster.vms} VMs)`).join(", ") ?? ""}\n${"".padEnd(22)}${row.leaseWords ?? ""}`
        : `${row.name.padEnd(10)} cannot be used\n${row.problem}`,
    ),
  );
};

const readPlan = async (context: BedContext, state: string) => ({
  ...planRestore(context.bed, await context.machines.inspect(vmNames(context)), { state, nowMs: Date.now() }),
  limitations: await context.machines.limitations(),
});

type PrintedPlan = Awaited<ReturnType<typeof readPlan>>;

const planLines = (plan: PrintedPlan, until: "same-set" | undefined): string[] => {
  const stop = until === undefined ? [] : ["stops after: same set; the VMs stay off"];
  return [printPlan(plan), ...stop, ...plan.limitations.map(({ step, because }) => `cannot be done here: ${step}: ${because}`)];
};

export const planBed = (name: string, flags: RestoreFlags): Promise<void> =>
  withBed(name, quiet, async ({ context, settings }) => {
    const until = untilOf(flags.until);
    const plan = await readPlan(context, restoredStateOf(flags, settings));
    print(flags, until === undefined ? plan : { ...plan, until }, () => planLines(plan, until));
  });

export const showStatus = (name: string, flags: BedFlags): Promise<void> =>
  withBed(name, quiet, async (opened) => {
    const status = await readStatus(name, opened);
    print(flags, status, () => statusLines(status));
  });

export const snapshotBed = (name: string, flags: SnapshotFlags): Promise<void> =>
  withBed(name, printProgress, async (opened) => {
    const { context, settings } = opened;
    const state = setNameOf(flags.state, settings);
    const plan = await planSnapshot(context, state);
    if (flags.dryRun === true) {
      print(flags, plan, () => snapshotLines(plan));
      return;
    }
    await confirm({ plan: () => snapshotLines(plan), question: `Power off all ${plan.vms.length} VMs of ${name} and take a set?` }, flags);
    const manifest = await holding(opened, { verb: `snapshot ${state}`, flags }, async (leased, signal) => {
      if (flags.asIs !== true) await refuseBroken(leased);
      const because = await proveState(leased, state, signal);
      if (because !== undefined) printProgress({ at: new Date().toISOString(), verb: "snapshot", phase: "state", state: "note", because });
      return snapshotSet(leased, { state, signal });
    });
    print(flags, manifest, () => [`${name} holds the set ${manifest.set} for ${manifest.state}: ${manifest.vms} VMs, without memory`]);
  });

export const restoreBed = (name: string, flags: RestoreFlags): Promise<void> => {
  if (flags.dryRun === true) return planBed(name, flags);
  return withBed(name, printProgress, async (opened) => {
    const { context, settings } = opened;
    const state = restoredStateOf(flags, settings);
    const until = untilOf(flags.until);
    const plan = flags.yes === true ? undefined : await readPlan(context, state);
    const question = `Revert all ${vmNames(context).length} VMs of ${name} to ${state}? What is on them now is lost.`;
    await confirm({ plan: () => (plan === undefined ? [] : planLines(plan, until)), question }, flags);
    const report = await holding(opened, { verb: `restore ${state}`, flags }, (leased, signal) =>
      restoreSet(leased, { state, signal, ...(until && { until }) }),
    );
    const rest = report.outcome === "same set" ? "; its VMs are off, and nothing after that was done" : "";
    print(flags, report, () => [
      `${name}: ${report.outcome} (${report.state}, set ${report.set}) in ${(report.ms / 1000).toFixed(1)} s${rest}`,
    ]);
  });
};
