import { createHash } from "node:crypto";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { reached, waitUntil, type Observation } from "@kubera-e2e/schema/wait-until";
import type { ServerLook } from "./bed-context.ts";
import { whileBooting } from "./deadline.ts";
import { directorIsUp } from "./director-ready.ts";
import { nodeBooted } from "./node-booted.ts";
import type { NodeLook } from "./node-look.ts";
import { PodsBack, type PodLook } from "./pod-back.ts";
import type { RestorePhase, RestoreStep } from "./restore-plan.ts";
import type { RestoreRun, StepAction } from "./restore-run.ts";

const clusterOf = (step: RestoreStep): string => step.cluster ?? step.subject;

const told =
  (run: RestoreRun, phase: RestorePhase, step: RestoreStep) =>
  (because: string, ms: number): void =>
    run.tell({ phase, subject: step.subject, state: "waiting", because, ms });

/** The Date header counts whole seconds, so up to one second of difference proves nothing. */
const skewOf = (look: ServerLook, askedMs: number, answeredMs: number): number => {
  const earliest = look.dateMs - answeredMs;
  const latest = look.dateMs + 1000 - askedMs;
  if (earliest > 0) return earliest;
  return latest < 0 ? latest : 0;
};

/** The API server answers over a valid certificate, and its clock is that of this computer. */
export const proveClock: StepAction = async (step, run) => {
  const { bed, clock } = run.context;
  const seen = await waitUntil({
    what: `the API server of ${clusterOf(step)} answers`,
    deadlineMs: bed.intervals.nodesReady,
    intervalMs: bed.intervals.poll,
    signal: run.signal,
    clock,
    onProgress: told(run, "clock", step),
    probe: whileBooting(async (signal): Promise<Observation<{ skewMs: number; look: ServerLook }>> => {
      const askedMs = clock.now();
      const look = await run.context.lookAtServer(clusterOf(step), signal);
      return reached({ skewMs: skewOf(look, askedMs, clock.now()), look });
    }),
  });
  if (Math.abs(seen.skewMs) <= bed.limits.clockSkew) return { note: `within ${bed.limits.clockSkew} ms` };
  const direction = seen.skewMs > 0 ? "ahead of" : "behind";
  throw new KuberaError("RESTORE_FAILED", {
    what: `the clock of ${clusterOf(step)} is off by at least ${Math.round(Math.abs(seen.skewMs))} ms`,
    where: `API server of ${clusterOf(step)}`,
    because: `it is ${direction} this computer, and limits.clockSkew is ${bed.limits.clockSkew} ms`,
    fix: "Repair time synchronisation on its nodes and on this computer; tokens and certificates judge by it.",
  });
};

/** The node is Ready in a boot of its own, not in what etcd remembers of an earlier one. */
export const awaitNode: StepAction = async (step, run) => {
  const { bed, clock } = run.context;
  const kube = await run.context.kube(clusterOf(step));
  const before = {
    ofSet: step.oldBootId,
    beforeRestore: run.bootIdsBefore.get(step.subject),
    poweredOnAtMs: run.poweredOnAtMs.get(step.vm ?? "") ?? 0,
    skewMs: bed.limits.clockSkew,
  };
  const bootId = await waitUntil({
    what: `node ${step.subject} is Ready with a new bootID`,
    deadlineMs: bed.intervals.nodesReady,
    intervalMs: bed.intervals.poll,
    signal: run.signal,
    clock,
    onProgress: told(run, "nodes ready", step),
    probe: whileBooting(async (signal) => {
      const node = await kube.get<NodeLook>({ apiVersion: "v1", kind: "Node", name: step.node ?? "" }, { signal });
      return nodeBooted(node, before);
    }),
    fix: "Look at the VM's console: a node that does not boot, or a kubelet that does not start, is told there.",
  });
  return { note: `bootID ${bootId}` };
};

/** What was ready when the set was taken is ready again, in containers of this boot. */
export const awaitPods: StepAction = async (step, run) => {
  const { bed, clock } = run.context;
  const kube = await run.context.kube(clusterOf(step));
  const pods = new PodsBack(Math.min(...run.poweredOnAtMs.values()));
  const count = await waitUntil({
    what: `the pods of ${clusterOf(step)} that were ready when the set was taken are ready again`,
    deadlineMs: bed.intervals.directorReady,
    intervalMs: bed.intervals.poll,
    signal: run.signal,
    clock,
    onProgress: told(run, "pods back", step),
    probe: whileBooting(async (signal) => pods.look(await kube.list<PodLook>({ apiVersion: "v1", kind: "Pod" }, { signal }))),
    fix: "Look at the pods named above; a set whose pods do not come back must be taken again.",
  });
  return { note: `${count} pods` };
};

export const awaitDirector: StepAction = async (step, run) => {
  const { bed, clock } = run.context;
  const restartedAfterMs = Math.min(...run.poweredOnAtMs.values());
  await waitUntil({
    what: `Director of the bed ${bed.name} is ready`,
    deadlineMs: bed.intervals.directorReady,
    intervalMs: bed.intervals.poll,
    signal: run.signal,
    clock,
    onProgress: told(run, "director ready", step),
    probe: whileBooting((signal) => directorIsUp(run.context, { state: run.plan.manifest.state, restartedAfterMs, signal })),
    fix: `Look at the pods of namespace ${bed.director.namespace}; a set whose Director does not start must be taken again.`,
  });
  return {};
};

interface Version {
  readonly gitVersion?: string;
}

interface WorkloadLook {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } } };
}

/** What a restored cluster consists of, in one line that two restores of one set share. */
export const fingerprint: StepAction = async (step, run) => {
  const kube = await run.context.kube(clusterOf(step));
  const options = { signal: run.signal };
  const { gitVersion = "unknown" } = (await kube.raw("/version", options)) as Version;
  const kinds = ["Deployment", "StatefulSet", "DaemonSet"];
  const workloads = (await Promise.all(kinds.map((kind) => kube.list<WorkloadLook>({ apiVersion: "apps/v1", kind }, options)))).flat();
  const lines = workloads.map(({ kind, metadata, spec }) => {
    const images = (spec?.template?.spec?.containers ?? []).map(({ image }) => image ?? "").join(",");
    return `${kind ?? ""} ${metadata.namespace ?? ""}/${metadata.name} ${images}`;
  });
  const digest = createHash("sha256").update(lines.toSorted().join("\n")).digest("hex").slice(0, 12);
  const expected = run.plan.manifest.kubernetes;
  if (expected === undefined || clusterOf(step) !== run.context.bed.clusters[0]?.name || expected === gitVersion)
    return { note: `Kubernetes ${gitVersion}, ${workloads.length} workloads, ${digest}` };
  throw new KuberaError("RESTORE_FAILED", {
    what: `${clusterOf(step)} runs Kubernetes ${gitVersion} after the restore`,
    where: `API server of ${clusterOf(step)}`,
    because: `its set was taken of Kubernetes ${expected}; these are not the machines of that set`,
    fix: "Check that the bed's kubeconfig belongs to the VMs the bed names.",
  });
};
