import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KINDS, probes } from "../../src/index.ts";
import { eventually } from "./eventually.ts";
import { closeStage, openStage, type Stage } from "./stage.ts";
import { COMES, named, type Case } from "./what-comes.ts";
import type { Lacks, World } from "./world.ts";

interface BadCase extends Case {
  readonly code: "WAIT_TERMINAL" | "WAIT_DEADLINE";
  readonly says: readonly RegExp[];
  readonly deadlineMs?: number;
}

/** A container that ends at once may be ready for a moment. */
const STABLE_MS = 2000;

const SHORT_MS = 8000;

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
    title: "a ConfigMap that a container wants and nobody makes ends the wait after a grace",
    given: (make) => [make.pod("a", { container: { envFrom: [{ configMapRef: { name: "missing" } }] } })],
    wait: (namespace) => probes.podReady(named("a")(namespace), { configGraceMs: 2000 }),
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
    title: "a pod that no node takes is told with the scheduler's word",
    given: (make) => [make.pod("a", { spec: { nodeSelector: { "no-node": "has-this" } } })],
    wait: (namespace) => probes.podReady(named("a")(namespace), { unschedulableGraceMs: 2000 }),
    code: "WAIT_TERMINAL",
    says: [/Unschedulable/, /didn't match Pod's node affinity\/selector/, /Warning FailedScheduling on Pod a/],
  },
  {
    title: "a claim that nothing fits names what it wants",
    given: (make) => [make.claim("a", { storageClassName: "", resources: { requests: { storage: "1Gi" } } })],
    wait: (namespace) => probes.claimBound(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: SHORT_MS,
    says: [/its phase is Pending: it wants no class, and no volume by hand fits it/, /no persistent volumes available for this claim/],
  },
  {
    title: "a claim that is larger than the volume it names is not bound to it",
    given: (make) => [
      make.volume("v"),
      make.claim("a", {
        storageClassName: "",
        volumeName: make.volume("v").metadata.name,
        resources: { requests: { storage: "5Gi" } },
      }),
    ],
    wait: (namespace) => probes.claimBound(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: SHORT_MS,
    says: [/its phase is Pending/, /requested PV is too small/],
  },
  {
    title: "a claim of a class that nobody made names the class",
    given: (make) => [make.claim("a", { storageClassName: "missing" })],
    wait: (namespace) => probes.claimBound(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: SHORT_MS,
    says: [/storageclass.storage.k8s.io "missing" not found/],
  },
  {
    title: "a Service whose pods are not ready names them",
    given: (make, { images }) => [make.pod("a", { image: images.absent }), make.service("a", "a")],
    wait: (namespace) => probes.serviceReady(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: SHORT_MS,
    says: [/0 of \d+ endpoints are ready; pod a: container main is (ErrImagePull|ImagePullBackOff)/],
  },
  {
    title: "a Service that selects nothing says so",
    given: (make) => [make.service("a", "nobody")],
    wait: (namespace) => probes.serviceReady(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: 2000,
    says: [/no pod carries app=nobody/],
  },
  {
    title: "an object that a finalizer holds is not gone, and names it",
    given: (make) => [make.configMap("a", { finalizers: ["mayadata.io/hold"] })],
    wait: (namespace) => probes.objectGone({ apiVersion: "v1", kind: "ConfigMap", namespace, name: "a" }),
    code: "WAIT_DEADLINE",
    deadlineMs: 2000,
    says: [/nobody has asked for its deletion/],
  },
  {
    title: "a quota that leaves no room ends the wait of a Deployment",
    given: (make) => [make.quota("none"), make.deployment("a")],
    wait: (namespace) => probes.deploymentAvailable(named("a")(namespace), { refusalGraceMs: 2000 }),
    needs: "admission",
    code: "WAIT_TERMINAL",
    says: [/exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0/],
  },
  {
    title: "a quota that leaves no room ends the wait of a StatefulSet, whose status does not tell",
    given: (make) => [make.quota("none"), make.statefulSet("a")],
    wait: (namespace) => probes.statefulSetReady(named("a")(namespace), { refusalGraceMs: 2000 }),
    needs: "admission",
    code: "WAIT_TERMINAL",
    says: [/exceeded quota: none/],
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

/** Alone, for a kubelet pulls one image after the other: whoever is on its node waits behind it. */
const STALLS: readonly BadCase[] = [
  {
    title: "a registry that never answers shows as a pull that has not ended",
    given: (make, { images }) => [make.pod("a", { image: images.stalled })],
    wait: (namespace) => probes.podReady(named("a")(namespace)),
    code: "WAIT_DEADLINE",
    deadlineMs: SHORT_MS,
    says: [/container main is ContainerCreating/, /Normal Pulling on Pod a.*: Pulling image ".*guest:1"/],
  },
];

/** What must hold of waits in every world. */
export const describeWaits = (open: () => Promise<World>, lacks: Lacks = {}): void => {
  const isThere = ({ needs }: Pick<Case, "needs">): boolean => needs === undefined || lacks[needs] === undefined;
  const titleOf = ({ needs, title }: Case): string =>
    needs === undefined || isThere({ needs }) ? title : `${title} (left out: ${lacks[needs]})`;
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

  const checkExplained = async ({ given, wait, code, says, deadlineMs }: BadCase): Promise<Stage> => {
    const opened = await stage();
    await opened.put(...given(opened.make, world));
    const text = await opened.miss(wait(opened.namespace), deadlineMs, STABLE_MS);
    expect(text).toContain(`[${code}]`);
    for (const words of says) expect(text).toMatch(words);
    return opened;
  };

  describe.concurrent("what stays away is explained", () => {
    test.for(STAYS_AWAY.map((one) => ({ ...one, title: titleOf(one) })))("$title", async (one, { skip }) => {
      skip(!isThere(one));
      expect(await checkExplained(one)).toBeDefined();
    });
  });

  describe("what stays away, and others with it, is explained", () => {
    test.each(STALLS)("$title", async (one) => {
      const { namespace, see } = await checkExplained(one);
      const ref = { ...KINDS.pod, namespace, name: "a" };
      await world.client.delete(ref);
      expect(await see(probes.objectGone(ref))).toBe(true);
    });
  });

  describe.concurrent("what goes is seen", () => {
    test("a pod", async () => {
      const { put, make, see, namespace } = await stage();
      const ref = { apiVersion: "v1", kind: "Pod", namespace, name: "a" };
      await put(make.pod("a"));
      await see(probes.podReady({ namespace, name: "a" }));
      await world.client.delete(ref);
      expect(await see(probes.objectGone(ref))).toBe(true);
    });

    test("a Deployment whose replicas are replaced, down to the last old one", async () => {
      const { put, make, see, namespace } = await stage();
      const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "a" };
      await put(make.deployment("a", { replicas: 2 }));
      await see(probes.deploymentAvailable({ namespace, name: "a" }));
      await world.client.patch(ref, { spec: { template: { metadata: { labels: { app: "a", form: "new" } } } } });
      await see(probes.deploymentAvailable({ namespace, name: "a" }));
      const pods = await world.client.list(KINDS.pod, { namespace, labelSelector: "app=a" });
      const living = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      expect(living.map(({ metadata }) => metadata.labels?.["form"])).toEqual(["new", "new"]);
    });

    test("a Deployment whose crashing pods give way to better ones", async () => {
      const { put, make, see, miss, namespace } = await stage();
      const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "a" };
      const wait = probes.deploymentAvailable({ namespace, name: "a" });
      await put(make.deployment("a", { args: ["exit", "1"] }));
      expect(await miss(wait, undefined, STABLE_MS)).toContain("[WAIT_TERMINAL]");
      const { spec } = make.deployment("a");
      await world.client.patch(ref, { spec });
      expect(await see(wait)).toBeDefined();
    });

    test("a StatefulSet of a newer form, and not before all its pods are", async () => {
      const { put, make, see, namespace } = await stage();
      const ref = { apiVersion: "apps/v1", kind: "StatefulSet", namespace, name: "a" };
      await put(make.service("a", "a"), make.statefulSet("a"));
      await see(probes.statefulSetReady({ namespace, name: "a" }));
      await world.client.patch(ref, { spec: { template: { metadata: { labels: { app: "a", form: "new" } } } } });
      await see(probes.statefulSetReady({ namespace, name: "a" }));
      const pods = await world.client.list(KINDS.pod, { namespace, labelSelector: "app=a" });
      expect(pods.map(({ metadata }) => metadata.labels?.["form"])).toEqual(["new", "new"]);
    });

    test("a pod whose ConfigMap comes after it", async () => {
      const { put, make, see, namespace } = await stage();
      await put(make.pod("a", { container: { envFrom: [{ configMapRef: { name: "late" } }] } }));
      const what = { reason: "Failed", message: "late" };
      await see(probes.eventTold({ apiVersion: "v1", kind: "Pod", namespace, name: "a" }, what));
      await put(make.configMap("late"));
      expect(await see(probes.podReady({ namespace, name: "a" }))).toBeDefined();
    });

    test("a claim whose volume was taken away is Lost, and its wait ends", async () => {
      const { put, make, see, miss, namespace } = await stage();
      const volume = make.volume("v");
      await put(volume, make.claim("a", { storageClassName: "", volumeName: volume.metadata.name }));
      await see(probes.claimBound({ namespace, name: "a" }));
      await world.client.delete({ apiVersion: "v1", kind: "PersistentVolume", name: volume.metadata.name });
      await world.client
        .patch({ apiVersion: "v1", kind: "PersistentVolume", name: volume.metadata.name }, { metadata: { finalizers: null } })
        .catch(() => {});
      const isLost = async (): Promise<boolean> => /Lost/.test(await miss(probes.claimBound({ namespace, name: "a" }), 500));
      expect(await eventually("the claim is lost", isLost)).toBe(true);
    });

    test("a claim whose volume it names, which a later claim of the same name does not get", async () => {
      const { put, make, see, miss, namespace } = await stage();
      const volume = make.volume("v");
      const claim = make.claim("a", { storageClassName: "", volumeName: volume.metadata.name });
      const ref = { ...KINDS.claim, namespace, name: "a" };
      await put(volume, claim);
      await see(probes.claimBound(ref));
      await world.client.delete(ref);
      await see(probes.objectGone(ref));
      await put(claim);
      expect(await miss(probes.claimBound(ref), SHORT_MS)).toMatch(/its phase is Pending.*already bound to a different claim/s);
      await world.client.delete({ apiVersion: "v1", kind: "PersistentVolume", name: volume.metadata.name });
    });

    test("a namespace, unless a finalizer holds something in it, which is then named", async () => {
      const { put, make, see, miss, namespace } = await stage();
      const held = { apiVersion: "v1", kind: "ConfigMap", namespace, name: "held" };
      await put(make.configMap("held", { finalizers: ["mayadata.io/hold"] }));
      await world.client.delete({ ...KINDS.namespace, name: namespace });
      const text = await miss(probes.namespaceGone(namespace), SHORT_MS);
      expect(text).toContain("[WAIT_DEADLINE]");
      expect(text).toContain("mayadata.io/hold");
      await world.client.patch(held, { metadata: { finalizers: null } });
      expect(await see(probes.namespaceGone(namespace))).toBe(true);
    });
  });
};
