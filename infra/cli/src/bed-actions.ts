import { listTestBeds, planRestore, printPlan, restoreSet, snapshotSet, type BedContext } from "@kubera-e2e/lifecycle";
import { FileLeaseStore, storeFolder, withLease } from "@kubera-e2e/run";
import { readSetManifest } from "@kubera-e2e/schema/set";
import { readSettings } from "@kubera-e2e/schema/settings";
import { printProgress } from "./bed-progress.ts";
import { withBed } from "./bed-session.ts";
import { confirm } from "./confirm.ts";
import { untilOf } from "./until.ts";

export interface BedFlags {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly until?: string;
}

const quiet = (): void => {};

const print = (flags: BedFlags, value: unknown, lines: () => readonly string[]): void => {
  console.log(flags.json === true ? JSON.stringify(value, undefined, 2) : lines().join("\n"));
};

const vmNames = ({ bed }: BedContext): string[] => bed.clusters.flatMap((cluster) => cluster.vms.map((vm) => vm.name));

/** Prints every declared bed; one whose file has faults is listed with them. */
export const listBeds = (flags: BedFlags): void => {
  const rows = listTestBeds(readSettings()).map(({ name, file, bed, problem }) => ({
    name,
    file,
    target: bed?.target,
    clusters: bed?.clusters.map((cluster) => ({ name: cluster.name, role: cluster.role, vms: cluster.vms.length })),
    description: bed?.description,
    problem: problem?.message,
  }));
  print(flags, rows, () =>
    rows.map((row) =>
      row.problem === undefined
        ? `${row.name.padEnd(10)} ${(row.target === "sim" ? "SIMULATED" : "real").padEnd(10)} ${row.clusters?.map((cluster) => `${cluster.name} (${cluster.role}, ${cluster.vms} VMs)`).join(", ") ?? ""}`
        : `${row.name.padEnd(10)} cannot be used\n${row.problem}`,
    ),
  );
};

export const planBed = (name: string, flags: BedFlags & { readonly state: string }): Promise<void> =>
  withBed(name, quiet, async ({ context }) => {
    const plan = planRestore(context.bed, await context.machines.inspect(vmNames(context)), { state: flags.state, nowMs: Date.now() });
    print(flags, plan, () => [printPlan(plan)]);
  });

export const showStatus = (name: string, flags: BedFlags): Promise<void> =>
  withBed(name, quiet, async ({ context, settings }) => {
    const [lease, mark, machines] = await Promise.all([
      new FileLeaseStore(storeFolder(settings)).read(name),
      context.marks.read(name),
      context.machines.inspect(vmNames(context)),
    ]);
    const vms = machines.map((machine) => ({
      name: machine.name,
      power: machine.power,
      esxHost: machine.esxHost,
      sets: machine.snapshots.flatMap((snapshot) => readSetManifest(snapshot.description)?.state ?? []),
      snapshotsWithMemory: machine.snapshots.filter((snapshot) => snapshot.withMemory).length,
    }));
    print(flags, { bed: name, lease, mark, vms }, () => [
      lease === undefined || lease.state === "free"
        ? `${name} is free`
        : `${name} is ${lease.state}: ${lease.holder} since ${lease.since}, until ${lease.until}`,
      mark === undefined
        ? "nothing is known of its state"
        : `${mark.state}${mark.holds === undefined ? "" : `, holds ${mark.holds}`}: ${mark.because} (${mark.at})`,
      ...vms.map(
        (vm) =>
          `  ${vm.name.padEnd(24)} ${vm.power.padEnd(10)} ${vm.esxHost.padEnd(20)} sets: ${vm.sets.join(", ") || "none"}${vm.snapshotsWithMemory > 0 ? `  ${vm.snapshotsWithMemory} snapshots WITH MEMORY` : ""}`,
      ),
    ]);
  });

export const snapshotBed = (name: string, flags: BedFlags & { readonly state: string }): Promise<void> =>
  withBed(name, printProgress, async ({ context, settings }) => {
    await confirm(`Power off all ${vmNames(context).length} VMs of ${name} and take a set for ${flags.state}?`, flags);
    const manifest = await withLease({ bed: name, reason: `snapshot ${flags.state}`, settings }, (signal) =>
      snapshotSet(context, { state: flags.state, signal }),
    );
    for (const { step, because } of await context.machines.limitations()) process.stderr.write(`note: ${step}: ${because}\n`);
    print(flags, manifest, () => [`${name} holds the set ${manifest.set} for ${manifest.state}: ${manifest.vms} VMs, without memory`]);
  });

export const restoreBed = (name: string, flags: BedFlags & { readonly state: string }): Promise<void> => {
  if (flags.dryRun === true) return planBed(name, flags);
  return withBed(name, printProgress, async ({ context, settings }) => {
    await confirm(`Revert all ${vmNames(context).length} VMs of ${name} to ${flags.state}? What is on them now is lost.`, flags);
    const until = untilOf(flags.until);
    const report = await withLease({ bed: name, reason: `restore ${flags.state}`, settings }, (signal) =>
      restoreSet(context, { state: flags.state, signal, ...(until && { until }) }),
    );
    print(flags, report, () => [`${name}: ${report.outcome} (${report.state}, set ${report.set}) in ${(report.ms / 1000).toFixed(1)} s`]);
  });
};
