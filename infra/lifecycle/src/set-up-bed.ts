import type { ListedMachine, Provisioner } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedSetup } from "@kubera-e2e/schema/bed-setup";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { SetManifest } from "@kubera-e2e/schema/set";
import type { BedContext } from "./bed-context.ts";
import { bootstrap } from "./bootstrap.ts";
import { whileBooting, withinDeadline } from "./deadline.ts";
import { restoreCommand } from "./go-on.ts";
import { HostLimit } from "./host-limit.ts";
import type { NodeLook } from "./node-look.ts";
import type { ProgressEvent } from "./progress.ts";
import { reasonOf } from "./reason-of.ts";
import { vmNames } from "./restore-set.ts";
import { findSets } from "./set-catalog.ts";
import { planSetUp, type SetUpPlan } from "./set-up-plan.ts";
import { refuseBroken } from "./refuse-broken.ts";
import { snapshotSet } from "./snapshot-set.ts";

interface SettingUp {
  readonly context: BedContext;
  readonly provisioner: Provisioner;
  readonly setup: BedSetup;
  readonly signal: AbortSignal;
}

/** A clone may copy a whole disk. */
const CLONE_LIMIT_MS = 60 * 60_000;

const tell = ({ context }: SettingUp, event: Omit<ProgressEvent, "at" | "verb">): void =>
  context.onProgress({ at: new Date(context.clock.now()).toISOString(), verb: "setup", ...event });

const each = async (
  up: SettingUp,
  phase: string,
  work: { subjects: readonly string[]; atOnce: number; act: (subject: string) => Promise<unknown> },
) => {
  const { clock } = up.context;
  const limit = new HostLimit(work.atOnce);
  const startMs = clock.monotonicMs();
  tell(up, { phase, state: "started" });
  const one = async (subject: string): Promise<void> => {
    const beganMs = clock.monotonicMs();
    try {
      await work.act(subject);
      tell(up, { phase, subject, state: "done", ms: clock.monotonicMs() - beganMs });
    } catch (error) {
      tell(up, { phase, subject, state: "failed", because: reasonOf(error) });
      throw error;
    }
  };
  const ended = await Promise.allSettled(work.subjects.map((subject) => limit.run("all", () => one(subject))));
  up.signal.throwIfAborted();
  const failed = ended.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  tell(up, { phase, state: "done", ms: clock.monotonicMs() - startMs });
};

const clone = (up: SettingUp, name: string): Promise<void> => {
  const { context, provisioner, setup } = up;
  const { template, folder, pool, datastore } = setup;
  const deadline = { clock: context.clock, ms: CLONE_LIMIT_MS, what: `the clone of ${name}`, where: template, signal: up.signal };
  const onProgress = (percent: number): void => tell(up, { phase: "clone", subject: name, state: "waiting", because: `${percent} %` });
  return withinDeadline(deadline, (signal) =>
    provisioner.clone({ template, name, folder, pool, datastore, bed: context.bed.name }, { signal, onProgress }),
  );
};

/** VMs that this run made are destroyed again; what cannot be is named. A killed run leaves its marks, and the next one goes on. */
const undo = async (up: SettingUp, begun: ReadonlySet<string>): Promise<void> => {
  const { context, provisioner } = up;
  const listed = await provisioner.list();
  const own = listed.filter(({ name, madeFor }) => begun.has(name) && madeFor === context.bed.name);
  const destroy = async (machine: ListedMachine): Promise<void> => {
    await context.machines.powerOff(machine.name);
    await provisioner.destroy(machine, context.bed.name);
  };
  const ended = await Promise.allSettled(own.map(destroy));
  const left = own.filter((_machine, index) => ended[index]?.status === "rejected").map(({ name }) => name);
  const because =
    left.length === 0 ? `${own.length} new VMs destroyed again` : `left behind: ${left.join(", ")}; e2e bed dispose ${context.bed.name}`;
  tell(up, { phase: "undo", state: "note", because });
};

const ownMachines = async ({ context, provisioner, signal }: SettingUp): Promise<ListedMachine[]> => {
  const names = new Set(vmNames(context));
  return (await provisioner.list({ signal })).filter(({ name }) => names.has(name));
};

const awaitAddresses = (up: SettingUp): Promise<ListedMachine[]> => {
  const { bed, clock } = up.context;
  return waitUntil({
    what: `the VMware Tools of all VMs of ${bed.name} tell an address`,
    deadlineMs: bed.intervals.nodesReady,
    intervalMs: bed.intervals.poll,
    signal: up.signal,
    clock,
    probe: async () => {
      const machines = await ownMachines(up);
      const silent = machines.filter(({ guestAddress }) => guestAddress === undefined).map(({ name }) => name);
      return silent.length === 0 ? reached(machines) : notYet(`none yet: ${silent.join(", ")}`);
    },
    fix: "Look whether the template has VMware Tools and a network that gives addresses; setup.addresses: false goes on without.",
  });
};

const awaitReady = async (up: SettingUp, cluster: string, node: string): Promise<void> => {
  const { bed, clock } = up.context;
  await waitUntil({
    what: `node ${cluster}/${node} is Ready`,
    deadlineMs: bed.intervals.nodesReady,
    intervalMs: bed.intervals.poll,
    signal: up.signal,
    clock,
    probe: whileBooting(async (signal) => {
      const kube = await up.context.kube(cluster);
      const found = await kube.get<NodeLook>({ apiVersion: "v1", kind: "Node", name: node }, { signal });
      if (found === undefined) return notYet("the API has no such node");
      const ready = found.status?.conditions?.find(({ type }) => type === "Ready");
      return ready?.status === "True"
        ? reached(undefined)
        : notYet(`Ready is ${ready?.status ?? "unknown"}: ${ready?.message ?? "no message"}`);
    }),
    fix: "Look at what the bootstrap printed, and at the kubelet of this node; then run e2e bed setup again.",
  });
};

/** Until here a failure leaves nothing; from the bootstrap on it leaves the VMs, and running again finishes. */
const makeMachines = async (up: SettingUp, plan: SetUpPlan): Promise<void> => {
  const begun = new Set<string>();
  try {
    const act = (name: string): Promise<void> => {
      begun.add(name);
      return clone(up, name);
    };
    await each(up, "clone", { subjects: plan.toClone, atOnce: up.setup.clonesAtOnce, act });
    const powerOn = (name: string): Promise<void> => up.context.machines.powerOn(name, { signal: up.signal });
    await each(up, "power on", { subjects: vmNames(up.context), atOnce: up.context.bed.limits.powerOnPerHost, act: powerOn });
  } catch (error) {
    await undo(up, begun).catch((cause: unknown) => tell(up, { phase: "undo", state: "note", because: `it failed: ${reasonOf(cause)}` }));
    throw error;
  }
};

const runBootstrap = async (up: SettingUp): Promise<void> => {
  const { context, setup, signal } = up;
  if (setup.bootstrap.length === 0) return;
  const machines = setup.addresses ? await awaitAddresses(up) : await ownMachines(up);
  const phase = "bootstrap";
  await bootstrap({
    bed: context.bed,
    setup,
    machines,
    signal,
    clock: context.clock,
    redactor: context.redactor,
    secret: (name) => context.secret(name),
    onLine: (subject, line) => tell(up, { phase, subject, state: "note", because: line }),
    onEnd: (subject, ms) => tell(up, { phase, subject, state: "done", ms }),
  });
};

/** A bootstrap that runs again upon what tests have left would make a set bare that is not. */
const refuseSetUpAlready = async (context: BedContext, there: readonly string[]): Promise<void> => {
  const { bed } = context;
  if (there.length === 0) return;
  const inspected = await context.machines.inspect(there);
  const isWhole = there.length === vmNames(context).length;
  // With all VMs there, a half set is what a set-up that died has left, and the next one finishes.
  const found = findSets(bed, inspected).find(({ manifest, isHalf }) => !(isWhole && isHalf && manifest.state === "bare"));
  if (found === undefined) return refuseBroken(context);
  const use = isWhole ? `Use it: ${restoreCommand(bed.name, found.manifest.state)}. To make it anew: ` : "";
  throw new KuberaError("SETUP_FAILED", {
    what: `the bed ${bed.name} is set up already; nothing was touched`,
    where: `set ${found.manifest.set} on ${inspected.map(({ name }) => name).join(", ")}`,
    because: isWhole
      ? `all its VMs are there and hold a set ${found.manifest.state}; a set-up would take one bare of whatever is on them now`
      : `these of its VMs hold a set ${found.manifest.state} and may have been used since; ${vmNames(context).length - there.length} of its file are missing`,
    fix: `${use}e2e bed dispose ${bed.name}, then e2e bed setup ${bed.name}.`,
  });
};

/**
 * The plan of a set-up, from what the inventory says now.
 *
 * Errors: as `planSetUp`; `SETUP_FAILED` for a bed whose VMs are all there with a whole set bare.
 */
export const planSetUpNow = async (context: BedContext, provisioner: Provisioner): Promise<SetUpPlan> => {
  const plan = planSetUp(context.bed, { ...(await provisioner.about()), machines: await provisioner.list() });
  const missing = new Set(plan.toClone);
  await refuseSetUpAlready(
    context,
    vmNames(context).filter((name) => !missing.has(name)),
  );
  return plan;
};

const cannot = (plan: SetUpPlan, because: string): KuberaError =>
  new KuberaError("RESTORE_UNSUPPORTED", {
    what: `${plan.toClone.length} VMs of the bed ${plan.bed} are missing and cannot be cloned here`,
    where: `${plan.product}: ${plan.toClone.join(", ")}`,
    because,
    fix: "Give a vCenter as machines.endpoint, or make the VMs by hand and take the set: e2e bed snapshot.",
  });

/**
 * Sets a bed up by the plan of `planSetUp`: clones what is missing, powers on, runs the bootstrap, waits for every node, takes the set
 * bare. Every clone bears the bed's mark from its first moment, so that a killed set-up is finished by running again, or disposed.
 *
 * Errors: those of `planSetUpNow`, `RESTORE_UNSUPPORTED` on a host that cannot clone, before anything is touched; `SETUP_FAILED`,
 * `WAIT_DEADLINE`, those of the machines and of `snapshotSet`.
 */
export const setUpBed = async (
  context: BedContext,
  provisioner: Provisioner,
  given: { readonly signal?: AbortSignal } = {},
): Promise<SetManifest> => {
  const plan = await planSetUpNow(context, provisioner);
  const { setup } = context.bed;
  if (setup === undefined) throw new TypeError("planned without a set-up");
  if (plan.cannotClone !== undefined && plan.toClone.length > 0) throw cannot(plan, plan.cannotClone);
  const signal = given.signal ?? new AbortController().signal;
  const up: SettingUp = { context, provisioner, setup, signal };
  await makeMachines(up, plan);
  await runBootstrap(up);
  const nodes = new Map(context.bed.clusters.flatMap(({ name, vms }) => vms.map(({ node }) => [`${name}/${node}`, { name, node }])));
  await each(up, "nodes ready", {
    subjects: [...nodes.keys()],
    atOnce: nodes.size,
    act: async (subject) => {
      const found = nodes.get(subject);
      if (found !== undefined) await awaitReady(up, found.name, found.node);
    },
  });
  return snapshotSet(context, { state: "bare", signal });
};
