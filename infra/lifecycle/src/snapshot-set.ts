import type { MachineInfo } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { readSetManifest, snapshotName, writeSetManifest, type SetManifest } from "@kubera-e2e/schema/set";
import type { BedContext } from "./bed-context.ts";
import { withinDeadline } from "./deadline.ts";
import { HostLimit } from "./host-limit.ts";
import type { ProgressEvent } from "./progress.ts";
import { describeCluster, type ClusterLook } from "./describe-cluster.ts";
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

const tell = ({ context }: Taking, event: Pick<ProgressEvent, "phase" | "subject" | "state" | "because">): void =>
  context.onProgress({ at: new Date(context.clock.now()).toISOString(), verb: "snapshot", ...event });

/** Runs one task per VM, all together; the first failure is thrown once all have ended. */
const forEachVm = async (
  taking: Taking,
  machines: readonly MachineInfo[],
  task: { phase: string; act: (machine: MachineInfo, signal: AbortSignal) => Promise<unknown> },
): Promise<void> => {
  const { context, signal } = taking;
  const limit = new HostLimit(TASKS_PER_HOST);
  const one = async (machine: MachineInfo): Promise<void> => {
    tell(taking, { phase: task.phase, subject: machine.name, state: "started" });
    const deadline = {
      clock: context.clock,
      ms: context.bed.intervals.power,
      what: `${task.phase} of ${machine.name}`,
      where: machine.esxHost,
      signal,
    };
    await withinDeadline(deadline, (signal) => task.act(machine, signal));
    tell(taking, { phase: task.phase, subject: machine.name, state: "done" });
  };
  const ended = await Promise.allSettled(machines.map((machine) => limit.run(machine.esxHost, () => one(machine))));
  const failed = ended.find((result) => result.status === "rejected");
  signal.throwIfAborted();
  if (failed !== undefined) throw failed.reason;
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
    takenAt: new Date(taking.context.clock.now()).toISOString(),
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

/**
 * Takes a set: powers all VMs off, snapshots all without memory, proves the set, powers all on again, also after a failure.
 * Each snapshot carries the set's manifest in its description. Does not wait for the nodes to come back.
 *
 * Errors: `SET_REFUSED` before anything is touched when the new snapshots would lie too deep; `SET_MIXED`, `TIMED_OUT` and those of the machines,
 * after the unfinished set was removed.
 */
export const snapshotSet = async (context: BedContext, options: SnapshotOptions): Promise<SetManifest> => {
  const signal = options.signal ?? new AbortController().signal;
  const set = new Date(context.clock.now()).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const taking: Taking = { context, signal, state: options.state, set };
  const machines = await context.machines.inspect(vmNames(context), { signal });
  refuseDepth(taking, machines);
  const looks = await Promise.all(
    context.bed.clusters.map((cluster) =>
      describeCluster(context, cluster.name, {
        signal,
        onUnknown: (because) => tell(taking, { phase: "power off", subject: cluster.name, state: "note", because }),
      }),
    ),
  );
  try {
    await forEachVm(taking, machines, {
      phase: "power off",
      act: (machine, signal) => context.machines.powerOff(machine.name, { signal }),
    });
    return await takeAll(taking, machines, looks);
  } finally {
    if (options.powerOn !== false)
      await forEachVm(taking, machines, {
        phase: "power on",
        act: (machine, signal) => context.machines.powerOn(machine.name, { signal }),
      });
  }
};
