import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { probes, type KubeProbe, type Manifest } from "../../src/index.ts";
import type { Manifests } from "./manifests.ts";
import { closeStage, openStage, type Stage } from "./stage.ts";
import type { World } from "./world.ts";

interface Case {
  readonly title: string;
  readonly given: (make: Manifests, world: World) => readonly Manifest[];
  readonly wait: (namespace: string) => KubeProbe<unknown>;
}

interface BadCase extends Case {
  readonly code: "WAIT_TERMINAL" | "WAIT_DEADLINE";
  readonly says: readonly RegExp[];
  readonly deadlineMs?: number;
}

/** A container that ends at once may be ready for a moment. */
const STABLE_MS = 2000;

const SHORT_MS = 8000;
const named = (name: string) => (namespace: string) => ({ namespace, name });

const COMES: readonly Case[] = [
  { title: "a pod", given: (make) => [make.pod("a")], wait: (namespace) => probes.podReady({ namespace, name: "a" }) },
  {
    title: "a pod with an init container",
    given: (make, { images }) => [
      make.pod("a", { spec: { initContainers: [{ name: "first", image: images.guest, args: ["exit", "0"] }] } }),
    ],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
  },
  {
    title: "a pod that is asked whether it is ready",
    given: (make) => [make.pod("a", { container: { readinessProbe: { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 } } })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
  },
  {
    title: "a Deployment",
    given: (make) => [make.deployment("a", { replicas: 3 })],
    wait: (namespace) => probes.deploymentAvailable(named("a")(namespace)),
  },
  {
    title: "a Deployment without replicas",
    given: (make) => [make.deployment("a", { replicas: 0 })],
    wait: (namespace) => probes.deploymentAvailable(named("a")(namespace)),
  },
  {
    title: "a StatefulSet",
    given: (make) => [make.service("a", "a"), make.statefulSet("a")],
    wait: (namespace) => probes.statefulSetReady(named("a")(namespace)),
  },
  { title: "a DaemonSet", given: (make) => [make.daemonSet("a")], wait: (namespace) => probes.daemonSetReady(named("a")(namespace)) },
  {
    title: "a Job",
    given: (make) => [make.job("a", { args: ["exit", "0"] })],
    wait: (namespace) => probes.jobComplete(named("a")(namespace)),
  },
  {
    title: "a Job of three completions, two at a time",
    given: (make) => [make.job("a", { args: ["exit", "0"] }, { completions: 3, parallelism: 2 })],
    wait: (namespace) => probes.jobComplete(named("a")(namespace)),
  },
];

const STAYS_AWAY: readonly BadCase[] = [
  {
    title: "a pod in a crash loop ends at once, with its exit code",
    given: (make) => [make.pod("a", { args: ["exit", "3"] })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_TERMINAL",
    says: [/CrashLoopBackOff after [2-9] restarts, last exit code 3 \(Error\)/, /BackOff on Pod a/],
  },
  {
    title: "a Deployment in a crash loop names the pod and the container",
    given: (make) => [make.deployment("a", { args: ["exit", "1"] })],
    wait: (namespace) => probes.deploymentAvailable(named("a")(namespace)),
    code: "WAIT_TERMINAL",
    says: [/0 of 1 replicas are available; pod a-\S+: container main: CrashLoopBackOff/],
  },
  {
    title: "an init container that fails is named",
    given: (make, { images }) => [
      make.pod("a", { spec: { initContainers: [{ name: "first", image: images.guest, args: ["exit", "7"] }] } }),
    ],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_TERMINAL",
    says: [/container first: CrashLoopBackOff after \d restarts, last exit code 7/],
  },
  {
    title: "a missing image within the grace is waited for, and told",
    given: (make, { images }) => [make.pod("a", { image: images.absent })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: SHORT_MS,
    says: [
      /container main is (ErrImagePull|ImagePullBackOff)/,
      /event \S+ Warning Failed on Pod a.*: Failed to pull image ".*absent:1".*not found/,
    ],
  },
  {
    title: "a missing image ends the wait after the grace",
    given: (make, { images }) => [make.pod("a", { image: images.absent })],
    wait: (namespace) => probes.podReady(named("a")(namespace), { pullGraceMs: 3000 }),
    code: "WAIT_TERMINAL",
    says: [/container main: (ErrImagePull|ImagePullBackOff) for longer than 3 s/, /not found/],
  },
  {
    title: "a registry that asks for a password is named with its 401",
    given: (make, { images }) => [make.pod("a", { image: images.locked })],
    wait: (namespace) => probes.podReady(named("a")(namespace), { pullGraceMs: 3000 }),
    code: "WAIT_TERMINAL",
    says: [/for longer than 3 s/, /401 Unauthorized/],
  },
  {
    title: "a registry that never answers shows as a pull that has not ended",
    given: (make, { images }) => [make.pod("a", { image: images.stalled })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: SHORT_MS,
    says: [/container main is ContainerCreating/, /Normal Pulling on Pod a.*: Pulling image ".*guest:1"/],
  },
  {
    title: "an image name that is none ends the wait at once",
    given: (make) => [make.pod("a", { image: "NOT A NAME" })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_TERMINAL",
    says: [/container main: InvalidImageName/],
  },
  {
    title: "an image that nobody may pull ends the wait at once",
    given: (make, { images }) => [make.pod("a", { image: images.absent, container: { imagePullPolicy: "Never" } })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_TERMINAL",
    says: [/container main: ErrImageNeverPull/, /is not present with pull policy of Never/],
  },
  {
    title: "a ConfigMap that a container wants and nobody made ends the wait at once",
    given: (make) => [make.pod("a", { container: { envFrom: [{ configMapRef: { name: "missing" } }] } })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_TERMINAL",
    says: [/container main: CreateContainerConfigError: configmap "missing" not found/],
  },
  {
    title: "a Job that failed ends the wait at once",
    given: (make) => [make.job("a", { args: ["exit", "2"] })],
    wait: (namespace) => probes.jobComplete(named("a")(namespace)),
    code: "WAIT_TERMINAL",
    says: [/it failed: BackoffLimitExceeded: Job has reached the specified backoff limit/],
  },
  {
    title: "a pod that is never ready tells what its probe was told",
    given: (make) => [make.pod("a", { container: { readinessProbe: { httpGet: { path: "/unready", port: 8080 }, periodSeconds: 1 } } })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: SHORT_MS,
    says: [/container main is running, not ready/, /Unhealthy on Pod a.*: Readiness probe failed/],
  },
  {
    title: "what does not exist is called so",
    given: () => [],
    wait: (namespace) => probes.podReady(named("nobody")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: 1000,
    says: [/there is no such pod/],
  },
];

/** What must hold of waits in every world. */
export const describeWaits = (open: () => Promise<World>): void => {
  let world: World;
  const stages: Stage[] = [];
  const stage = async (): Promise<Stage> => {
    const opened = await openStage(world);
    stages.push(opened);
    return opened;
  };
  beforeAll(async () => {
    world = await open();
  });
  afterAll(async () => {
    await Promise.all(stages.map(closeStage));
    await world.close();
  });

  describe.concurrent("what comes is seen", () => {
    test.each(COMES)("$title", async ({ given, wait }) => {
      const { put, make, see, namespace } = await stage();
      await put(...given(make, world));
      expect(await see(wait(namespace))).toBeDefined();
    });
  });

  describe.concurrent("what stays away is explained", () => {
    test.each(STAYS_AWAY)("$title", async ({ given, wait, code, says, deadlineMs }) => {
      const { put, make, miss, namespace } = await stage();
      await put(...given(make, world));
      const text = await miss(wait(namespace), deadlineMs, STABLE_MS);
      expect(text).toContain(`[${code}]`);
      for (const words of says) expect(text).toMatch(words);
    });
  });
};
