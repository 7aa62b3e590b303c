import { loadRelease, renderRelease, startOrder, type ReleaseProfile } from "@kubera-e2e/director";
import { reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { serverCluster, type BedClients } from "./bed-context.ts";
import { whileBooting } from "./deadline.ts";
import type { ProgressEvent } from "./progress.ts";
import { workloadReady, type WorkloadRef } from "./workload-ready.ts";

export interface InstallOptions {
  /** Release of Director. */
  readonly build: string;
  readonly signal?: AbortSignal;
}

interface Installing {
  readonly context: BedClients;
  readonly profile: ReleaseProfile;
  readonly signal: AbortSignal;
}

const tell = ({ context }: Installing, event: Pick<ProgressEvent, "subject" | "state" | "because">): void =>
  context.onProgress({ at: new Date(context.clock.now()).toISOString(), verb: "install", phase: "install Director", ...event });

const applyAll = async (installing: Installing): Promise<void> => {
  const { context, profile, signal } = installing;
  const { bed } = context;
  const kube = await context.kube(serverCluster(bed).name);
  const pullSecret = bed.registry.pullSecret === undefined ? undefined : context.secret(bed.registry.pullSecret);
  const manifests = renderRelease(profile, {
    namespace: bed.director.namespace,
    registryHost: new URL(bed.registry.url).host,
    url: bed.director.url,
    ...(pullSecret !== undefined && { pullSecret }),
  });
  tell(installing, { subject: profile.release, state: "started", because: `${manifests.length} objects` });
  for (const manifest of manifests) await kube.apply(manifest, { signal });
};

/** Waits wave by wave, so that the first workload that does not come is told and not the last one that waits for it. */
const awaitWorkloads = async (installing: Installing, untilMs: number): Promise<void> => {
  const { context, profile, signal } = installing;
  const kube = await context.kube(serverCluster(context.bed).name);
  const kindOf = new Map(profile.workloads.map((workload) => [workload.name, workload.kind]));
  const awaitOne = async (name: string): Promise<void> => {
    const ref: WorkloadRef = { kind: kindOf.get(name) ?? "Deployment", namespace: context.bed.director.namespace, name };
    const onProgress = (because: string): void => tell(installing, { subject: name, state: "waiting", because });
    await workloadReady(kube, ref, { deadlineMs: untilMs - context.clock.monotonicMs(), signal, clock: context.clock, onProgress });
    tell(installing, { subject: name, state: "done" });
  };
  for (const wave of startOrder(profile)) await Promise.all(wave.map(awaitOne));
};

const awaitPing = ({ context, signal }: Installing, untilMs: number): Promise<true> =>
  waitUntil({
    what: `Director at ${context.bed.director.url} answers /ping`,
    deadlineMs: untilMs - context.clock.monotonicMs(),
    intervalMs: context.bed.intervals.poll,
    signal,
    clock: context.clock,
    probe: whileBooting(async (signal) => {
      await context.pingDirector(signal);
      return reached(true as const);
    }),
    fix: "All its workloads are ready: look at what stands between, the ingress and the address in the bed's file.",
  });

/**
 * Installs a Director release on the server cluster of a bed and waits, in start order, for its workloads and then for /ping,
 * all within `intervals.directorReady`.
 *
 * Errors: `RELEASE_UNKNOWN`, `SECRET_MISSING` for a pull secret, `KUBE_REFUSED`; `WAIT_DEADLINE` and `WAIT_TERMINAL` with the explanation of the workload that did not come.
 */
export const installDirector = async (context: BedClients, options: InstallOptions): Promise<void> => {
  const signal = options.signal ?? new AbortController().signal;
  const installing = { context, profile: loadRelease(options.build), signal };
  const untilMs = context.clock.monotonicMs() + context.bed.intervals.directorReady;
  await applyAll(installing);
  await awaitWorkloads(installing, untilMs);
  await awaitPing(installing, untilMs);
  tell(installing, { subject: options.build, state: "done" });
};
