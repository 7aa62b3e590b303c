import type { MachineInfo } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { readSetManifest, snapshotName, writeSetManifest, type SetManifest } from "@kubera-e2e/schema/set";
import type { BedContext } from "./bed-context.ts";
import { withinDeadline } from "./deadline.ts";
import { HostLimit } from "./host-limit.ts";
import type { ProgressEvent } from "./progress.ts";
import { describeCluster, type ClusterLook } from "./describe-cluster.ts";
import { reasonOf } from "./reason-of.ts";
import { vmNames } from "./restore-set.ts";

export interface SnapshotOptions {
  /** As `stateName` writes it: `bare`, `director@1.12.0`. */
  readonly state: string;
  /** Whether the VMs are powered on again; default true. A restore that follows at once does that itself. */
  readonly powerOn?: boolean;
  readonly signal?: AbortSignal;
}

const TASKS_PER_HOST = 8;

interface Taking {
  readonly context: BedContext;
  readonly signal: AbortSignal;
  readonly state: string;
  readonly set: string;
}

const iso = (context: BedContext): string => new Date(context.clock.now()).toISOString();

const tell = ({ context }: Taking, event: Omit<ProgressEvent, "at" | "verb">): void =>
  context.onProgress({ at: iso(context), verb: "snapshot", ...event });

/** What the bed is left in, also when this process dies before it can say more. */
const mark = ({ context, state, set }: Taking, left: "dirty" | "broken", because: string): Promise<void> =>
  context.marks.write({
    bed: context.bed.name,
    state: left,
    ...(left === "dirty" && { holds: state, set }),
    because,
    at: iso(context),
  });

interface VmTask {
  readonly phase: string;
  /** How many run at the same time on one ESX host. */
  readonly perHost?: number;
  readonly act: (machine: MachineInfo, signal: AbortSignal) => Promise<unknown>;
}

const runTask = async (taking: Taking, { phase, act }: VmTask, machine: MachineInfo): Promise<void> => {
  const { clock, bed } = taking.context;
  const startMs = clock.monotonicMs();
  const deadline = { clock, ms: bed.intervals.power, what: `${phase} of ${machine.name}`, where: machine.esxHost, signal: taking.signal };
  const end = (state: "done" | "failed", because?: string): void =>
    tell(taking, { phase, subject: machine.name, state, ms: clock.monotonicMs() - startMs, ...(because !== undefined && { because }) });
  try {
    await withinDeadline(deadline, (signal) => act(machine, signal));
    end("done");
  } catch (error) {
    end("failed", reasonOf(error));
    throw error;
  }
};

/** Runs one task per VM, all together; the first failure is thrown once all have ended. */
const forEachVm = async (taking: Taking, machines: readonly MachineInfo[], task: VmTask): Promise<void> => {
  const { clock } = taking.context;
  const { phase } = task;
  const startMs = clock.monotonicMs();
  const limit = new HostLimit(task.perHost ?? TASKS_PER_HOST);
  tell(taking, { phase, state: "started", because: `${machines.length} VMs` });
  const ended = await Promise.allSettled(machines.map((machine) => limit.run(machine.esxHost, () => runTask(taking, task, machine))));
  const failed = ended.find((result) => result.status === "rejected");
  taking.signal.throwIfAborted();
  if (failed !== undefined) throw failed.reason;
  tell(taking, { phase, state: "done", ms: clock.monotonicMs() - startMs });
};

const depthOfNext = (machine: MachineInfo): number =>
  1 + (machine.snapshots.find((snapshot) => snapshot.id === machine.currentSnapshot)?.depth ?? 0);

/** A set that restore would refuse is better not taken. */
const refuseDepth = (taking: Taking, machines: readonly MachineInfo[]): void => {
  const { bed } = taking.context;
  const deep = machines.filter((machine) => depthOfNext(machine) > bed.limits.maxSnapshotDepth);
  if (deep.length === 0) return;
  throw new KuberaError("SET_REFUSED", {
    what: `a new set of the bed ${bed.name} would lie too deep to be restored`,
    where: deep.map((machine) => `${machine.name}: depth ${depthOfNext(machine)}`).join("\n           "),
    because: `each snapshot is taken on top of the one its VM runs on, and limits.maxSnapshotDepth is ${bed.limits.maxSnapshotDepth}`,
    fix: `Restore the state it should be made from first (e2e bed restore ${bed.name}), or remove sets nobody needs.`,
  });
};

const manifestOf = (taking: Taking, looks: readonly ClusterLook[], vms: number): SetManifest => {
  const kubernetes = looks[0]?.kubernetes;
  const lastUsableDay = looks
    .flatMap((look) => look.certificatesUntil ?? [])
    .toSorted()[0]
    ?.slice(0, 10);
  return {
    schema: "kubera-e2e/set@1",
    set: taking.set,
    bed: taking.context.bed.name,
    state: taking.state,
    takenAt: iso(taking.context),
    memory: false,
    vms,
    ...(kubernetes !== undefined && { kubernetes }),
    ...(lastUsableDay !== undefined && { lastUsableDay }),
  };
};

/** The manifest with the VM's own bootID. */
const manifestFor = (taking: Taking, manifest: SetManifest, about: { vm: string; looks: readonly ClusterLook[] }): SetManifest => {
  const cluster = taking.context.bed.clusters.find(({ vms }) => vms.some(({ name }) => name === about.vm));
  const node = cluster?.vms.find(({ name }) => name === about.vm)?.node;
  const bootId = about.looks.find((look) => look.cluster === cluster?.name)?.bootIds.get(node ?? "");
  return bootId === undefined ? manifest : { ...manifest, bootId };
};

/** Half a set must not stay: what was taken is removed, and what cannot be removed is told. */
const undo = async (taking: Taking, taken: ReadonlyMap<string, string>): Promise<void> => {
  const { machines } = taking.context;
  const ended = await Promise.allSettled([...taken].map(([vm, id]) => machines.removeSnapshot(vm, id)));
  const left = [...taken.keys()].filter((_vm, index) => ended[index]?.status === "rejected");
  const because =
    left.length === 0
      ? `${taken.size} snapshots of the unfinished set removed`
      : `snapshots of the unfinished set ${taking.set} are left on ${left.join(", ")}`;
  tell(taking, { phase: "snapshot", state: "note", because });
};

const prove = async (taking: Taking, taken: ReadonlyMap<string, string>): Promise<void> => {
  const { context, signal, set } = taking;
  const machines = await context.machines.inspect(vmNames(context), { signal });
  const wrong = machines.filter((machine) => {
    const snapshot = machine.snapshots.find(({ id }) => id === taken.get(machine.name));
    return snapshot === undefined || snapshot.withMemory || readSetManifest(snapshot.description)?.set !== set;
  });
  if (wrong.length === 0) return;
  throw new KuberaError("SET_MIXED", {
    what: `the new set of the bed ${context.bed.name} is not what was asked for on ${wrong.length} VMs`,
    where: wrong.map((machine) => machine.name).join(", "),
    because: "their snapshot is missing, carries memory, or does not describe the set",
    fix: "Look at the snapshot tree of these VMs in the hypervisor, and take the set again.",
  });
};

const takeAll = async (taking: Taking, machines: readonly MachineInfo[], looks: readonly ClusterLook[]): Promise<SetManifest> => {
  const { context } = taking;
  const manifest = manifestOf(taking, looks, machines.length);
  const taken = new Map<string, string>();
  try {
    const act = async (machine: MachineInfo, signal: AbortSignal): Promise<void> => {
      const description = writeSetManifest(manifestFor(taking, manifest, { vm: machine.name, looks }));
      taken.set(machine.name, await context.machines.snapshot(machine.name, { name: snapshotName(manifest), description }, { signal }));
    };
    await forEachVm(taking, machines, { phase: "snapshot", act });
    await prove(taking, taken);
    return manifest;
  } catch (error) {
    await undo(taking, taken);
    throw error;
  }
};

const lookAtClusters = (taking: Taking): Promise<ClusterLook[]> => {
  const { context, signal } = taking;
  const look = ({ name }: { readonly name: string }): Promise<ClusterLook> =>
    describeCluster(context, name, {
      signal,
      onUnknown: (because) => tell(taking, { phase: "look", subject: name, state: "note", because }),
    });
  return Promise.all(context.bed.clusters.map(look));
};

const powerOnAll = (taking: Taking, machines: readonly MachineInfo[]): Promise<void> => {
  const { context } = taking;
  return forEachVm(taking, machines, {
    phase: "power on",
    perHost: context.bed.limits.powerOnPerHost,
    act: (machine, signal) => context.machines.powerOn(machine.name, { signal }),
  });
};

/** After a failure the VMs are powered on as far as that is possible; what failed first is what is told. */
const giveUp = async (taking: Taking, machines: readonly MachineInfo[], error: unknown): Promise<void> => {
  await mark(taking, "broken", reasonOf(error));
  if (taking.signal.aborted || machines.length === 0) return;
  await powerOnAll(taking, machines).catch(() => {});
};

/**
 * Takes a set: powers all VMs off, snapshots all without memory, proves the set, powers all on again, also after a failure;
 * not after a cancel, which leaves them off. Each snapshot carries the set's manifest in its description. Does not wait for the nodes
 * to come back. The bed is marked broken while this lasts and when it fails, dirty afterwards.
 *
 * Errors: `SET_REFUSED` before anything is touched when the new snapshots would lie too deep; `SET_MIXED`, `TIMED_OUT` and those of the machines,
 * after the unfinished set was removed.
 */
export const snapshotSet = async (context: BedContext, options: SnapshotOptions): Promise<SetManifest> => {
  const signal = options.signal ?? new AbortController().signal;
  const set = iso(context).replaceAll(/[-:]|\.\d+/g, "");
  const taking: Taking = { context, signal, state: options.state, set };
  const machines = await context.machines.inspect(vmNames(context), { signal });
  refuseDepth(taking, machines);
  for (const { step, because } of await context.machines.limitations())
    tell(taking, { phase: "cannot be done", subject: step, state: "note", because });
  const looks = await lookAtClusters(taking);
  const isPoweredOn = options.powerOn !== false;
  try {
    await mark(taking, "broken", `taking a set for ${options.state} was begun and its end was not told`);
    const act = (machine: MachineInfo, signal: AbortSignal): Promise<void> => context.machines.powerOff(machine.name, { signal });
    await forEachVm(taking, machines, { phase: "power off", act });
    const manifest = await takeAll(taking, machines, looks);
    if (isPoweredOn) await powerOnAll(taking, machines);
    await mark(taking, "dirty", isPoweredOn ? "its set was taken and its VMs were powered on again" : "its set was taken; its VMs are off");
    return manifest;
  } catch (error) {
    await giveUp(taking, isPoweredOn ? machines : [], error);
    throw error;
  }
};
