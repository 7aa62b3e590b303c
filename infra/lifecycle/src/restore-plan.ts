import type { MachineInfo } from "@kubera-e2e/machines";
import { frozenIdOf, type SetManifest } from "@kubera-e2e/schema/set";
import type { BedCluster, BedVm, TestBed } from "@kubera-e2e/schema/test-bed";
import { chooseSet } from "./choose-set.ts";
import { refuseUnfit, type Purpose } from "./refuse-set.ts";
import type { SetMember } from "./set-catalog.ts";

/** The groups of a restore, in their order; each begins when the one before has ended. */
export const RESTORE_PHASES = [
  "power off",
  "revert",
  "same set",
  "power on control planes",
  "power on workers",
  "clock",
  "nodes ready",
  "pods back",
  "director ready",
  "fingerprint",
] as const;

export type RestorePhase = (typeof RESTORE_PHASES)[number];

export interface RestoreStep {
  /** VM, cluster, or `cluster/node`. */
  readonly subject: string;
  /** What is done, for a reader. */
  readonly what: string;
  readonly vm?: string;
  readonly esxHost?: string;
  readonly snapshotId?: string;
  readonly cluster?: string;
  readonly node?: string;
  /** The bootID that the node had when its snapshot was taken; it must not come back. */
  readonly oldBootId?: string;
  /** Pause after the start of its group, in milliseconds. */
  readonly afterMs?: number;
}

export interface RestoreGroup {
  readonly phase: RestorePhase;
  readonly steps: readonly RestoreStep[];
}

export interface RestorePlan {
  readonly bed: string;
  /** `bare`, `director@1.12.0`. */
  readonly state: string;
  readonly manifest: SetManifest;
  readonly notes: readonly string[];
  readonly groups: readonly RestoreGroup[];
}

interface Placed {
  readonly cluster: BedCluster;
  readonly vm: BedVm;
  readonly member: SetMember;
}

const place = (bed: TestBed, members: readonly SetMember[]): Placed[] => {
  const byName = new Map(members.map((member) => [member.machine.name, member]));
  return bed.clusters.flatMap((cluster) =>
    cluster.vms.flatMap((vm) => {
      const member = byName.get(vm.name);
      return member === undefined ? [] : [{ cluster, vm, member }];
    }),
  );
};

const machineStep = ({ member }: Placed, what: string): RestoreStep => ({
  subject: member.machine.name,
  what,
  vm: member.machine.name,
  esxHost: member.machine.esxHost,
  snapshotId: member.snapshot.id,
});

/** VMs of one ESX host start one after the other, or their boot storm makes all of them slow. */
const powerOnSteps = (placed: readonly Placed[], staggerMs: number): RestoreStep[] => {
  const startedOn = new Map<string, number>();
  return placed.map((entry) => {
    const { esxHost } = entry.member.machine;
    const before = startedOn.get(esxHost) ?? 0;
    startedOn.set(esxHost, before + 1);
    return { ...machineStep(entry, `power on at ${before * staggerMs} ms on ${esxHost}`), afterMs: before * staggerMs };
  });
};

const nodeStep = ({ cluster, vm, member }: Placed): RestoreStep => ({
  subject: `${cluster.name}/${vm.node}`,
  what: "Ready with a new bootID",
  cluster: cluster.name,
  node: vm.node,
  vm: vm.name,
  esxHost: member.machine.esxHost,
  ...(member.manifest.bootId !== undefined && { oldBootId: member.manifest.bootId }),
});

const clusterSteps = (bed: TestBed, what: string): RestoreStep[] =>
  bed.clusters.map((cluster) => ({ subject: cluster.name, what, cluster: cluster.name }));

const directorSteps = (bed: TestBed, state: string): RestoreStep[] => {
  const server = bed.clusters.find((cluster) => cluster.role === "server");
  if (state === "bare" || server === undefined) return [];
  return [
    { subject: "director", what: `workloads of namespace ${bed.director.namespace} are available and /ping answers`, cluster: server.name },
  ];
};

export interface PlanRestoreAt {
  readonly state: string;
  readonly nowMs: number;
  /** Default: to be used, or evidence when the state is a frozen one. */
  readonly purpose?: Purpose;
}

const stepsOf = (bed: TestBed, placed: readonly Placed[], state: string): Readonly<Record<RestorePhase, readonly RestoreStep[]>> => {
  const control = placed.filter(({ vm }) => vm.plane === "control");
  const workers = placed.filter(({ vm }) => vm.plane === "worker");
  // What was frozen had failed: it is brought back to be looked at, and nothing in it needs to become ready.
  const isProven = frozenIdOf(state) === undefined;
  return {
    "power off": placed.map((entry) => machineStep(entry, entry.member.machine.power === "off" ? "is off" : "power off")),
    revert: placed.map((entry) => machineStep(entry, `revert to ${entry.member.snapshot.id} "${entry.member.snapshot.name}"`)),
    "same set": placed.map((entry) => machineStep(entry, `is off and on ${entry.member.snapshot.id}`)),
    "power on control planes": powerOnSteps(control, bed.limits.powerOnStagger),
    "power on workers": powerOnSteps(workers, bed.limits.powerOnStagger),
    clock: isProven ? clusterSteps(bed, `within ${bed.limits.clockSkew} ms of this computer, certificate valid`) : [],
    "nodes ready": isProven ? placed.map(nodeStep) : [],
    "pods back": isProven ? clusterSteps(bed, "pods that were ready when the set was taken are ready again") : [],
    "director ready": isProven ? directorSteps(bed, state) : [],
    fingerprint: isProven ? clusterSteps(bed, "note version, nodes and images") : [],
  };
};

/**
 * What a restore will do, from what the hypervisor says; pure.
 *
 * Errors: `SET_MISSING`, `SET_MIXED`, `SET_WITH_MEMORY`, `SET_REFUSED`.
 */
export const planRestore = (bed: TestBed, inspected: readonly MachineInfo[], at: PlanRestoreAt): RestorePlan => {
  const chosen = chooseSet(bed, inspected, at.state);
  const purpose = at.purpose ?? (frozenIdOf(at.state) === undefined ? "use" : "evidence");
  refuseUnfit(bed, chosen, { nowMs: at.nowMs, purpose });
  const steps = stepsOf(bed, place(bed, chosen.members), at.state);
  const groups = RESTORE_PHASES.map((phase) => ({ phase, steps: steps[phase] })).filter((group) => group.steps.length > 0);
  return { bed: bed.name, state: at.state, manifest: chosen.manifest, notes: chosen.notes, groups };
};
