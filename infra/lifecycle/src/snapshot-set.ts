import type { MachineInfo } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { frozenIdOf, readSetManifest, snapshotName, vmsHash, writeSetManifest, type SetManifest } from "@kubera-e2e/schema/set";
import type { BedContext } from "./bed-context.ts";
import { withinDeadline } from "./deadline.ts";
import { HostLimit } from "./host-limit.ts";
import type { ProgressEvent } from "./progress.ts";
import { describeCluster, type ClusterLook } from "./describe-cluster.ts";
import { lastWholeDay } from "./last-whole-day.ts";
import { reasonOf } from "./reason-of.ts";
import { refuseLost } from "./refuse-lost.ts";
import { vmNames } from "./restore-set.ts";
import { findSets, pathOf, type FoundSet, type SetMember } from "./set-catalog.ts";
import { throughLocks } from "./through-locks.ts";

export interface SnapshotOptions {
  /** As `stateName` writes it: `bare`, `director@1.12.0`. */
  readonly state: string;
  /** Whether the VMs are powered on again; default true. A restore that follows at once does that itself. */
  readonly powerOn?: boolean;
  /** What else its manifest says. */
  readonly about?: Pick<SetManifest, "renews" | "expiresAt" | "because">;
  readonly signal?: AbortSignal;
}

const TASKS_PER_HOST = 8;

interface Taking {
  readonly context: BedContext;
  readonly signal: AbortSignal;
  readonly state: string;
  readonly set: string;
  readonly about: SnapshotOptions["about"];
}

const iso = (context: BedContext): string => new Date(context.clock.now()).toISOString();

const tell = ({ context }: Taking, event: Omit<ProgressEvent, "at" | "verb">): void =>
  context.onProgress({ at: iso(context), verb: "snapshot", ...event });

/** What the bed is left in, also when this process dies before it can say more. */
const mark = ({ context, state, set }: Taking, left: "dirty" | "broken", because: string): Promise<void> =>
  context.marks.write({
    bed: context.bed.name,
    state: left,
    ...(left === "dirty" && { holds: state }),
    // Broken too: whoever comes after a process that died finds its set by this.
    set,
    ...(left === "broken" && { undone: "snapshot" }),
    because,
    at: iso(context),
  });

interface VmTask {
  readonly phase: string;
  /** How many run at the same time on one ESX host. */
  readonly perHost?: number;
  /** `attempt` counts from 1; it is called again while the VM is locked. */
  readonly act: (machine: MachineInfo, signal: AbortSignal, attempt: number) => Promise<unknown>;
}

const runTask = async (taking: Taking, { phase, act }: VmTask, machine: MachineInfo): Promise<void> => {
  const { clock, bed } = taking.context;
  const startMs = clock.monotonicMs();
  const { locked, poll } = bed.intervals;
  const onWait = (because: string): void => tell(taking, { phase, subject: machine.name, state: "waiting", because });
  const deadline = { clock, ms: bed.intervals.power, what: `${phase} of ${machine.name}`, where: machine.esxHost, signal: taking.signal };
  const end = (state: "done" | "failed", because?: string): void =>
    tell(taking, { phase, subject: machine.name, state, ms: clock.monotonicMs() - startMs, ...(because !== undefined && { because }) });
  try {
    await withinDeadline(deadline, (signal) =>
      throughLocks({ clock, ms: locked, pauseMs: poll, signal, onWait }, (attempt) => act(machine, signal, attempt)),
    );
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

/** Half sets that an attempt of before left; they go before a new set is taken, or each attempt would lie deeper than the last. */
const halfSets = (taking: Taking, machines: readonly MachineInfo[]): SetMember[] =>
  findSets(taking.context.bed, machines).flatMap(({ isHalf, members }) => (isHalf ? members : []));

const depthOfNext = (machine: MachineInfo, going: ReadonlySet<string>): number => {
  const current = machine.snapshots.find(({ id }) => id === machine.currentSnapshot);
  return 1 + (current?.depth ?? 0) - pathOf(machine).filter(({ id }) => going.has(id)).length;
};

/** A set that restore would refuse is better not taken. A frozen state is restored from one deeper. */
const refuseDepth = (taking: Taking, machines: readonly MachineInfo[]): void => {
  const { bed } = taking.context;
  const going = new Set(halfSets(taking, machines).map(({ snapshot }) => snapshot.id));
  const deepest = bed.limits.maxSnapshotDepth + (frozenIdOf(taking.state) === undefined ? 0 : 1);
  const deep = machines.filter((machine) => depthOfNext(machine, going) > deepest);
  if (deep.length === 0) return;
  throw new KuberaError("SET_REFUSED", {
    what: `a new set of the bed ${bed.name} would lie too deep to be restored`,
    where: deep.map((machine) => `${machine.name}: depth ${depthOfNext(machine, going)}`).join("\n           "),
    because: `each snapshot is taken on top of the one its VM runs on, and limits.maxSnapshotDepth is ${bed.limits.maxSnapshotDepth}`,
    fix: `Restore the state it should be made from first (e2e bed restore ${bed.name}), or remove sets nobody needs.`,
  });
};

const manifestOf = (taking: Taking, looks: readonly ClusterLook[], vms: readonly string[]): SetManifest => {
  const kubernetes = looks[0]?.kubernetes;
  const certificatesUntil = looks.flatMap((look) => look.certificatesUntil ?? []).toSorted()[0];
  const build = taking.state.split("@")[1];
  return {
    schema: "kubera-e2e/set@1",
    set: taking.set,
    bed: taking.context.bed.name,
    state: taking.state,
    takenAt: iso(taking.context),
    memory: false,
    vms: vms.length,
    vmsHash: vmsHash(vms),
    ...(build !== undefined && { build }),
    ...(kubernetes !== undefined && { kubernetes }),
    ...(certificatesUntil !== undefined && { lastUsableDay: lastWholeDay(certificatesUntil) }),
    ...taking.about,
  };
};

/** The manifest with the VM's own bootID. */
const manifestFor = (taking: Taking, manifest: SetManifest, about: { vm: string; looks: readonly ClusterLook[] }): SetManifest => {
  const cluster = taking.context.bed.clusters.find(({ vms }) => vms.some(({ name }) => name === about.vm));
  const node = cluster?.vms.find(({ name }) => name === about.vm)?.node;
  const bootId = about.looks.find((look) => look.cluster === cluster?.name)?.bootIds.get(node ?? "");
  return bootId === undefined ? manifest : { ...manifest, bootId };
};

/** The snapshots of the set that is being taken, as the hypervisor knows them: the answer to a call may have been lost. */
const takenNow = async (taking: Taking, vms: readonly string[], signal?: AbortSignal): Promise<{ vm: string; id: string }[]> => {
  const machines = await taking.context.machines.inspect(vms, { ...(signal && { signal }) });
  return machines.flatMap(({ name, snapshots }) =>
    snapshots.filter(({ description }) => readSetManifest(description)?.set === taking.set).map(({ id }) => ({ vm: name, id })),
  );
};

/** Half a set must not stay: what was taken is removed, and what cannot be removed is told. */
const undo = async (taking: Taking, taken: ReadonlyMap<string, string>): Promise<void> => {
  const { machines } = taking.context;
  const known = [...taken].map(([vm, id]) => ({ vm, id }));
  const found = await takenNow(taking, vmNames(taking.context)).catch(() => known);
  const ended = await Promise.allSettled(found.map(({ vm, id }) => machines.removeSnapshot(vm, id)));
  const left = found.filter((_taken, index) => ended[index]?.status === "rejected").map(({ vm }) => vm);
  const because =
    left.length === 0
      ? `${found.length} snapshots of the unfinished set removed`
      : `snapshots of the unfinished set ${taking.set} are left on ${left.join(", ")}; the next snapshot, or e2e bed gc, removes them`;
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
  const names = machines.map(({ name }) => name);
  const manifest = manifestOf(taking, looks, names);
  const taken = new Map<string, string>();
  try {
    const act = async (machine: MachineInfo, signal: AbortSignal, attempt: number): Promise<void> => {
      const description = writeSetManifest(manifestFor(taking, manifest, { vm: machine.name, looks }));
      const before = attempt === 1 ? [] : await takenNow(taking, [machine.name], signal);
      const request = { name: snapshotName(manifest), description };
      taken.set(machine.name, before[0]?.id ?? (await context.machines.snapshot(machine.name, request, { signal })));
    };
    await forEachVm(taking, machines, { phase: "snapshot", act });
    await prove(taking, taken);
    return manifest;
  } catch (error) {
    await undo(taking, taken);
    throw error;
  }
};

const removeHalfSets = async (taking: Taking, machines: readonly MachineInfo[]): Promise<void> => {
  const half = halfSets(taking, machines);
  if (half.length === 0) return;
  const sets = [...new Set(half.map(({ manifest }) => manifest.set))].join(", ");
  tell(taking, { phase: "half sets", state: "note", because: `removing what an unfinished snapshot left: ${sets}` });
  const act = async (machine: MachineInfo, signal: AbortSignal): Promise<void> => {
    for (const { snapshot } of half.filter((member) => member.machine.name === machine.name))
      await taking.context.machines.removeSnapshot(machine.name, snapshot.id, { signal });
  };
  const touched = machines.filter((machine) => half.some((member) => member.machine.name === machine.name));
  await forEachVm(taking, touched, { phase: "half sets", act });
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

/** The whole set that an attempt took which died before any VM was on again; a VM that is on may have gone on since, whatever the mark says. */
const takenBefore = async (context: BedContext, state: string, machines: readonly MachineInfo[]): Promise<FoundSet | undefined> => {
  const mark = await context.marks.read(context.bed.name);
  if (mark?.state !== "broken") return undefined;
  const set = findSets(context.bed, machines).find(({ manifest }) => manifest.set === mark.set && manifest.state === state);
  if (set?.flaw !== undefined || machines.some(({ power }) => power !== "off")) return undefined;
  const isOnIt = set?.members.every(({ machine, snapshot }) => machine.currentSnapshot === snapshot.id && !snapshot.withMemory);
  return isOnIt === true ? set : undefined;
};

/** The time of day, made different from the ids that the VMs carry already: two sets of one second would be one. */
const newSetId = (context: BedContext, machines: readonly MachineInfo[]): string => {
  const known = new Set(findSets(context.bed, machines).map(({ manifest }) => manifest.set));
  const stem = iso(context).replaceAll(/[-:]|\.\d+/g, "");
  let id = stem;
  for (let number = 2; known.has(id); number += 1) id = `${stem}-${number}`;
  return id;
};

const goOn = ({ context, state }: Taking): string =>
  frozenIdOf(state) === undefined ? `e2e bed snapshot ${context.bed.name} --state ${state}` : "any restore of the bed";

/** After a failure the VMs are powered on as far as that is possible; what failed first is what is told. */
const giveUp = async (taking: Taking, machines: readonly MachineInfo[], error: unknown): Promise<void> => {
  const because = await mark(taking, "broken", reasonOf(error)).then(
    () => `the bed is marked broken; go on with: ${goOn(taking)}`,
    (cause: unknown) => `the bed is not marked: ${reasonOf(cause)}`,
  );
  tell(taking, { phase: "snapshot", state: "note", because });
  if (taking.signal.aborted || machines.length === 0) return;
  await powerOnAll(taking, machines).catch(() => {});
};

const take = async (taking: Taking, machines: readonly MachineInfo[], looks: readonly ClusterLook[]): Promise<SetManifest> => {
  const { context } = taking;
  const act = (machine: MachineInfo, signal: AbortSignal): Promise<void> => context.machines.powerOff(machine.name, { signal });
  await forEachVm(taking, machines, { phase: "power off", act });
  await removeHalfSets(taking, machines);
  return takeAll(taking, machines, looks);
};

const takeOver = (taking: Taking, { manifest }: FoundSet): SetManifest => {
  const because = `set ${manifest.set} was taken whole at ${manifest.takenAt} by an attempt that did not end; nothing new is taken`;
  tell(taking, { phase: "snapshot", state: "note", because });
  return manifest;
};

/**
 * Takes a set: powers all VMs off, snapshots all without memory, proves the set, powers all on again, also after a failure;
 * not after a cancel, which leaves them off. Each snapshot carries the set's manifest in its description. Does not wait for the nodes
 * to come back. The bed is marked broken while this lasts and when it fails, dirty afterwards. After an attempt that died with its set
 * whole, while all VMs are still off and on it, that one is it, and only the rest is done.
 *
 * Errors: `MACHINE_UNREACHABLE`, and `SET_REFUSED` when the new snapshots would lie too deep, before anything is touched; `SET_MIXED`, `TIMED_OUT` and those of the machines,
 * after the unfinished set was removed.
 */
export const snapshotSet = async (context: BedContext, options: SnapshotOptions): Promise<SetManifest> => {
  const signal = options.signal ?? new AbortController().signal;
  const machines = await context.machines.inspect(vmNames(context), { signal });
  refuseLost(context.bed, machines);
  const before = await takenBefore(context, options.state, machines);
  const { state, about } = options;
  const taking: Taking = { context, signal, state, set: before?.manifest.set ?? newSetId(context, machines), about };
  if (before === undefined) refuseDepth(taking, machines);
  for (const { step, because } of await context.machines.limitations())
    tell(taking, { phase: "cannot be done", subject: step, state: "note", because });
  const isPoweredOn = options.powerOn !== false;
  const looks = before === undefined ? await lookAtClusters(taking) : [];
  if (before === undefined) await mark(taking, "broken", `taking a set for ${state} was begun and its end was not told`);
  try {
    const manifest = before === undefined ? await take(taking, machines, looks) : takeOver(taking, before);
    if (isPoweredOn) await powerOnAll(taking, machines);
    await mark(taking, "dirty", isPoweredOn ? "its set was taken and its VMs were powered on again" : "its set was taken; its VMs are off");
    return manifest;
  } catch (error) {
    await giveUp(taking, isPoweredOn ? machines : [], error);
    throw error;
  }
};
