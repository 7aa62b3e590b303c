import type { MachineInfo } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedContext } from "./bed-context.ts";
import { chooseSet } from "./choose-set.ts";
import { removeSet } from "./collect-sets.ts";
import { describeCluster } from "./describe-cluster.ts";
import { renewCommand } from "./go-on.ts";
import { lastWholeDay } from "./last-whole-day.ts";
import { refuseUnfit } from "./refuse-set.ts";
import { renewFailed, runCommands, tellRenewal, type Renewal } from "./renew-run.ts";
import { renewCommands, type RenewCommand, type RunCommand } from "./renew-steps.ts";
import type { RestorePhase } from "./restore-plan.ts";
import type { RestoreRun } from "./restore-run.ts";
import { beginRestore, doGroups, giveUpRun, markBegun, restoreSet, vmNames } from "./restore-set.ts";
import { findSets, type FoundSet } from "./set-catalog.ts";
import { snapshotSet } from "./snapshot-set.ts";

export interface RenewOptions {
  /** As `stateName` writes it: `bare`, `director@1.12.0`. */
  readonly state: string;
  readonly run: RunCommand;
  /** The bed with clients of its own: the commands may have written new kubeconfigs. */
  readonly reopen: () => Promise<BedContext>;
  readonly signal?: AbortSignal;
}

export interface Renewed {
  readonly bed: string;
  readonly state: string;
  /** The new set. */
  readonly set: string;
  /** The set of before, which is gone. */
  readonly dropped: string;
  readonly lastUsableDay?: string;
  /** False where only the set of before was left to be removed: they stay as they were. */
  readonly areVmsOff: boolean;
}

export interface RenewPlan {
  readonly bed: string;
  readonly state: string;
  readonly set: string;
  readonly lastUsableDay?: string;
  /** A renewal of before that died when its new set was whole: only this one is left to be removed. */
  readonly onlyDrops?: string;
  /** Whether the VMs are reverted, and off afterwards. With `onlyDrops` that is where the one that has died did not say in what it left them. */
  readonly reverts: boolean;
  readonly commands: readonly RenewCommand[];
}

const undeclared = (bed: TestBed): KuberaError =>
  new KuberaError("RENEW_UNDECLARED", {
    what: `the bed ${bed.name} does not say how its certificates are renewed`,
    where: "renew.steps in the bed's file",
    because: "certificates are renewed by commands that only its owner knows: kubeadm, RKE and Konvoy each have their own",
    fix: "Declare them; docs/test-beds.md has the steps for kubeadm.",
  });

const tooDeep = (bed: TestBed, deep: readonly string[]): KuberaError =>
  new KuberaError("SET_REFUSED", {
    what: `the renewed set of the bed ${bed.name} would lie too deep to be restored`,
    where: deep.join(", "),
    because: `it is taken on top of the set of before, which lies as deep as limits.maxSnapshotDepth ${bed.limits.maxSnapshotDepth} allows`,
    fix: "Renew the set it was made from, and make this state from that again; or raise the limit on purpose.",
  });

/** The set that the newest one was renewed from, when some of it is still there. */
const leftOf = (bed: TestBed, inspected: readonly MachineInfo[], renews: string | undefined): FoundSet | undefined =>
  renews === undefined ? undefined : findSets(bed, inspected).find(({ manifest }) => manifest.set === renews);

/**
 * What a renewal will do, from what the hypervisor says; pure.
 *
 * Errors: `RENEW_UNDECLARED`; `SET_MISSING`, `SET_MIXED`, `SET_WITH_MEMORY`, and `SET_REFUSED` for its depth; age and certificates are what it is for.
 */
export const planRenew = (
  bed: TestBed,
  inspected: readonly MachineInfo[],
  at: { readonly state: string; readonly nowMs: number; readonly isBroken?: boolean },
): RenewPlan => {
  if (bed.renew === undefined) throw undeclared(bed);
  const chosen = chooseSet(bed, inspected, at.state);
  const { set, lastUsableDay, renews } = chosen.manifest;
  const left = leftOf(bed, inspected, renews);
  const head = { bed: bed.name, state: at.state, set, ...(lastUsableDay !== undefined && { lastUsableDay }) };
  const reverts = left === undefined || at.isBroken === true;
  if (reverts) refuseUnfit(bed, chosen, { nowMs: at.nowMs, purpose: "renewal" });
  if (left !== undefined) return { ...head, onlyDrops: left.manifest.set, reverts, commands: [] };
  const deep = chosen.members.filter(({ snapshot }) => snapshot.depth >= bed.limits.maxSnapshotDepth);
  if (deep.length > 0)
    throw tooDeep(
      bed,
      deep.map(({ machine }) => machine.name),
    );
  return { ...head, reverts, commands: renewCommands(bed) };
};

/** The plan as text for a person. */
export const printRenewPlan = ({ bed, state, set, lastUsableDay, onlyDrops, commands, reverts }: RenewPlan): string => {
  const first = reverts ? "bring all VMs back to it, and they stay off; then " : "";
  if (onlyDrops !== undefined) return `renew ${bed} ${state}: set ${set} is renewed already; ${first}remove what is left of ${onlyDrops}`;
  return [
    `renew ${bed} ${state}, set ${set}${lastUsableDay === undefined ? "" : `, whose certificates are valid until ${lastUsableDay}`}`,
    "1. restore it up to power on, whatever its age and certificates",
    "2. run",
    ...commands.map(({ subject, name, argv }) => `   ${subject.padEnd(20)} ${name}: ${argv.join(" ")}`),
    "3. prove it: clocks, every node Ready in its new boot, Director where it is inside, certificates that hold longer",
    "4. power all off, take the new set, prove it",
    `5. remove set ${set}; the VMs stay off`,
  ].join("\n");
};

const splitGroups = ({ plan }: RestoreRun) => {
  const isBefore = (phase: RestorePhase): boolean => phase.startsWith("power") || phase === "revert" || phase === "same set";
  return {
    before: plan.groups.filter(({ phase }) => isBefore(phase)),
    after: plan.groups.filter(({ phase }) => !isBefore(phase)),
  };
};

/** Last day of all clusters' certificates as they are now. Error: `RENEW_FAILED` when it is no later than before, and the set would outlive them. */
const proveNewer = async (renewal: Renewal, fresh: BedContext, before: string | undefined): Promise<void> => {
  const onUnknown = (because: string): void => tellRenewal(renewal, { phase: "certificates", state: "note", because });
  const looks = await Promise.all(
    fresh.bed.clusters.map(({ name }) => describeCluster(fresh, name, { signal: renewal.signal, onUnknown })),
  );
  const until = looks.flatMap(({ certificatesUntil }) => certificatesUntil ?? []).toSorted()[0];
  const day = until === undefined ? undefined : lastWholeDay(until);
  const known = `${day ?? "unknown"}, before it was ${before ?? "unknown"}`;
  tellRenewal(renewal, { phase: "certificates", state: "note", because: `last usable day: ${known}` });
  // Renewed twice on one day they end on one day: what outlives the set itself is good enough.
  const enough = new Date(fresh.clock.now() + fresh.bed.limits.maxSetAge).toISOString().slice(0, 10);
  if (day === undefined || before === undefined || day > before || day >= enough) return;
  throw renewFailed(renewal, {
    what: `the certificates of the bed ${fresh.bed.name} hold no longer than before`,
    where: fresh.bed.clusters.map(({ name, kubeconfig }) => `${name}: ${kubeconfig}`).join("\n           "),
    because: `their last usable day is ${known}; the client certificate in the kubeconfig counts too`,
  });
};

/** From the VMs being up to the new set being whole. */
const proveAndTake = async (renewal: Renewal, run: RestoreRun, fresh: BedContext): Promise<string> => {
  const { set, lastUsableDay } = run.plan.manifest;
  await doGroups(run.goingOnWith(fresh), splitGroups(run).after);
  await proveNewer(renewal, fresh, lastUsableDay);
  const { state, signal } = renewal;
  return (await snapshotSet(fresh, { state, powerOn: false, about: { renews: set }, signal })).set;
};

const makeNewSet = async (renewal: Renewal, options: RenewOptions, commands: readonly RenewCommand[]): Promise<void> => {
  const { context, state, signal } = renewal;
  const run = await beginRestore(context, { state, purpose: "renewal", goOn: renewCommand(context.bed.name, state), signal });
  await markBegun(run, `a renewal of ${state} was begun and its end was not told`);
  try {
    await doGroups(run, splitGroups(run).before);
    await runCommands(renewal, commands);
    const fresh = await options.reopen();
    try {
      await proveAndTake(renewal, run, fresh);
    } finally {
      await fresh.close();
    }
  } catch (error) {
    await giveUpRun(run, error);
    throw error;
  }
};

/** Removes the set of before, once the new one is whole. */
const dropOld = async (renewal: Renewal): Promise<Omit<Renewed, "areVmsOff">> => {
  const { context, state, signal } = renewal;
  const inspected = await context.machines.inspect(vmNames(context), { signal });
  const { manifest } = chooseSet(context.bed, inspected, state);
  const old = leftOf(context.bed, inspected, manifest.renews);
  const result = { bed: context.bed.name, state, set: manifest.set, dropped: manifest.renews ?? "" };
  const snapshots = (old?.members ?? []).map(({ machine, snapshot }) => ({ vm: machine.name, esxHost: machine.esxHost, id: snapshot.id }));
  if (old !== undefined) await removeSet(context, { ...old.manifest, why: `set ${manifest.set} was renewed from it`, snapshots }, signal);
  return { ...result, ...(manifest.lastUsableDay !== undefined && { lastUsableDay: manifest.lastUsableDay }) };
};

/** The plan from what the hypervisor, the mark and the lease say now. Errors: as `planRenew`. */
export const planRenewNow = async (context: BedContext, state: string, signal?: AbortSignal): Promise<RenewPlan> => {
  const { bed, machines, marks, mixed, clock } = context;
  const inspected = await machines.inspect(vmNames(context), { ...(signal && { signal }) });
  const isBroken = (await marks.read(bed.name))?.state === "broken" || mixed?.() !== undefined;
  return planRenew(bed, inspected, { state, nowMs: clock.now(), isBroken });
};

/**
 * Renews the certificates inside the set of a state: restores it, runs the declared commands on it, proves what came out, takes a new set and removes
 * the one of before. The VMs are off afterwards, unless only that removal was left to do. Killed at any point, one of the two is whole, and the same again finishes.
 *
 * Errors: those of `planRenew`, before anything is touched; `RESTORE_FAILED`, `RENEW_FAILED`, those of `snapshotSet`; `SET_NOT_REMOVED` when the new set is there.
 */
export const renewSet = async (context: BedContext, options: RenewOptions): Promise<Renewed> => {
  const { state, run } = options;
  const signal = options.signal ?? new AbortController().signal;
  const renewal: Renewal = { context, state, signal, run };
  const plan = await planRenewNow(context, state, signal);
  const goOn = renewCommand(context.bed.name, state);
  if (plan.onlyDrops === undefined) await makeNewSet(renewal, options, plan.commands);
  else if (plan.reverts) await restoreSet(context, { state, until: "same-set", purpose: "renewal", goOn, signal });
  return { ...(await dropOld(renewal)), areVmsOff: plan.reverts };
};
