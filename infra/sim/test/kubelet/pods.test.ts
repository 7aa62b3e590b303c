import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Program } from "../../src/kubernetes/program.ts";
import type { ContainerStatus, Pod } from "../../src/kubernetes/workload-objects.ts";
import { openClusterBed, type ClusterBed } from "./cluster-bed.ts";

const seen: Record<string, unknown> = {};
const health = { isGood: true };

const telling: Program = {
  start: (context) => {
    seen["env"] = context.env;
    seen["args"] = context.args;
    context.log("first");
    context.log("second");
    return { ready: () => true };
  },
};

describe("pods on a node", () => {
  let bed: ClusterBed;
  beforeAll(async () => {
    bed = await openClusterBed({
      programs: [
        ["test/telling", telling],
        ["test/healthy", { start: () => ({ ready: () => health.isGood }) }],
      ],
    });
    await bed.untilNodesReady();
  });
  afterAll(() => bed.close());

  const status = (pod: Pod | undefined): ContainerStatus | undefined => pod?.status?.containerStatuses?.[0];
  const waiting = (name: string, reason: string): Promise<Pod> =>
    bed.until(`${name} waits for ${reason}`, (view) => {
      const pod = view.get("Pod", "default", name);
      return status(pod)?.state.waiting?.reason === reason ? pod : undefined;
    });

  it("pulls with real wordings and accounts the declared size on the disk", async () => {
    const pod = bed.pod("pulled", {});
    const running = await bed.until("it runs", (view) => {
      const found = view.get("Pod", "default", "pulled");
      return found?.status?.phase === "Running" ? found : undefined;
    });
    const machine = bed.machines.find((candidate) => candidate.spec.node === running.spec.nodeName);
    expect(machine?.disk.images.get(bed.image("server:1"))?.sizeBytes).toBe(20_000_000);
    expect(bed.events("Pulled", "pulled")[0]?.message).toMatch(
      /^Successfully pulled image "127\.0\.0\.1:\d+\/test\/server:1" in [\d.]+m?s \([\d.]+m?s including waiting\)\. Image size: 20000000 bytes\.$/,
    );
    expect(status(running)?.imageID).toMatch(/\/test\/server@sha256:[0-9a-f]{64}$/);
    bed.view.remove("Pod", pod);
    await bed.until("it is gone", (view) => view.get("Pod", "default", "pulled") === undefined);
    expect(bed.events("Killing", "pulled")[0]?.message).toBe("Stopping container main");
  });

  it.each([
    [
      "an unknown tag",
      (host: string) => `${host}/test/server:9`,
      /^rpc error: code = NotFound desc = failed to pull and unpack image "(\S+)": failed to resolve reference "\1": \1: not found$/,
    ],
    [
      "a dead port",
      () => "127.0.0.1:9/test/server:1",
      /failed to do request: Head "https:\/\/127\.0\.0\.1:9\/v2\/test\/server\/manifests\/1": dial tcp 127\.0\.0\.1:9: connect: connection refused$/,
    ],
    [
      "an image that does not fit",
      (host: string) => `${host}/test/huge:1`,
      /failed to extract layer sha256:\w+: write \S+: no space left on device: unknown$/,
    ],
  ] as const)("backs off from %s in containerd's words", async (...[title, image, words]) => {
    const name = title.replaceAll(/\W+/g, "-");
    bed.pod(name, { containers: [{ name: "main", image: image(bed.registry.host) }] });
    const failed = await waiting(name, "ErrImagePull");
    expect(status(failed)?.state.waiting?.message).toMatch(words);
    const backed = await waiting(name, "ImagePullBackOff");
    expect(status(backed)?.state.waiting?.message).toMatch(/^Back-off pulling image "\S+": ErrImagePull: rpc error/);
    expect(bed.events("Failed", name).map((event) => event.message)).toContain("Error: ErrImagePull");
    expect(bed.events("BackOff", name)[0]?.type).toBe("Normal");
  });

  it("is refused without credentials, and pulls with those of a pull secret", async () => {
    bed.registry.behaviour.credentials = { username: "puller", password: "secret" };
    const image = bed.image("task:1");
    const spec = { containers: [{ name: "main", image }], imagePullSecrets: [{ name: "pull" }], restartPolicy: "Never" } as const;
    bed.pod("private", spec);
    const failed = await waiting("private", "ErrImagePull");
    expect(status(failed)?.state.waiting?.message).toMatch(/unexpected status from HEAD request to https:\S+: 401 Unauthorized$/);
    const auths = { [bed.registry.host]: { auth: Buffer.from("puller:secret").toString("base64") } };
    const data = { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths })).toString("base64") };
    bed.view.create("Secret", { metadata: { name: "pull", namespace: "default" }, type: "kubernetes.io/dockerconfigjson", data });
    await bed.until("it has succeeded", (view) => view.get("Pod", "default", "private")?.status?.phase === "Succeeded");
    bed.registry.behaviour.credentials = undefined;
  });

  it("restarts a crashing container with growing pauses and keeps its log", async () => {
    bed.pod("crashing", { image: "crash:1" });
    const pod = await waiting("crashing", "CrashLoopBackOff");
    const { uid } = pod.metadata;
    expect(status(pod)).toMatchObject({ restartCount: 2, lastState: { terminated: { exitCode: 3, reason: "Error", message: "boom" } } });
    expect(status(pod)?.state.waiting?.message).toBe(`back-off 10s restarting failed container=main pod=crashing_default(${uid})`);
    expect(bed.events("BackOff", "crashing")[0]?.message).toBe(`Back-off restarting failed container main in pod crashing_default(${uid})`);
  });

  it("takes a pod out of service when its program is not ready any more, and back", async () => {
    const sizeBytes = 1;
    bed.machine("worker1").disk.images.set("test/healthy:1", { digest: `sha256:${"0".repeat(64)}`, sizeBytes });
    const container = { name: "main", image: "test/healthy:1", readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 1 } };
    bed.pod("healthy", { nodeName: "server-worker1", containers: [container] });
    const ready = (isReady: boolean): Promise<unknown> =>
      bed.until(`ready is ${isReady}`, (view) => status(view.get("Pod", "default", "healthy"))?.ready === isReady);
    await ready(true);
    health.isGood = false;
    await ready(false);
    expect(bed.events("Unhealthy", "healthy")[0]?.message).toMatch(
      /^Readiness probe failed: dial tcp 10\.244\.\d+\.\d+:80: connect: connection refused$/,
    );
    health.isGood = true;
    await ready(true);
  });

  it("pulls no faster than the registry lets it", async () => {
    bed.registry.behaviour.throttleBytesPerSecond = 2_000_000;
    bed.pod("slow", { image: "server:2" });
    await bed.until("it runs", (view) => view.get("Pod", "default", "slow")?.status?.phase === "Running");
    bed.registry.behaviour.throttleBytesPerSecond = undefined;
    const seconds = Number(/ in ([\d.]+)s /.exec(bed.events("Pulled", "slow")[0]?.message ?? "")?.[1]);
    expect(seconds).toBeGreaterThanOrEqual(10);
  });

  it("runs init containers one after the other before the others", async () => {
    const init = (name: string) => ({ name, image: bed.image("task:1") });
    const states = new Set<string>();
    const stop = bed.view.store.watch(({ object }) => {
      if (object.kind !== "Pod" || object.metadata.name !== "inits") return;
      const { initContainerStatuses = [], containerStatuses = [] } = (object as Pod).status ?? {};
      states.add([...initContainerStatuses, ...containerStatuses].map(({ state }) => Object.keys(state).join()).join(" "));
    });
    bed.pod("inits", { initContainers: [init("one"), init("two")] });
    const pod = await bed.until("it runs", (view) => {
      const found = view.get("Pod", "default", "inits");
      return found?.status?.phase === "Running" ? found : undefined;
    });
    expect(pod.status?.initContainerStatuses?.map(({ state }) => state.terminated?.reason)).toEqual(["Completed", "Completed"]);
    stop();
    expect([...states]).toEqual(
      expect.arrayContaining([
        "waiting waiting waiting",
        "running waiting waiting",
        "terminated waiting waiting",
        "terminated running waiting",
        "terminated terminated running",
      ]),
    );
    expect(states).not.toContain("running running waiting");
  });

  it("waits for what a pod mounts and reads, and says what is missing", async () => {
    bed.pod("needy", {
      containers: [
        {
          name: "main",
          image: bed.image("telling:1").replace("telling", "server"),
          args: ["--x"],
          env: [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "login", key: "password" } } }],
        },
      ],
      volumes: [{ name: "config", configMap: { name: "settings" } }],
    });
    await bed.until("the mount fails", () => bed.events("FailedMount", "needy").length > 0);
    expect(bed.events("FailedMount", "needy")[0]?.message).toBe(
      'MountVolume.SetUp failed for volume "config" : configmap "settings" not found',
    );
    bed.view.create("ConfigMap", { metadata: { name: "settings", namespace: "default" }, data: {} });
    const pod = await waiting("needy", "CreateContainerConfigError");
    expect(status(pod)?.state.waiting?.message).toBe('secret "login" not found');
    bed.view.create("Secret", { metadata: { name: "login", namespace: "default" }, data: { password: "cHc=" } });
    await bed.until("it runs", (view) => view.get("Pod", "default", "needy")?.status?.phase === "Running");
  });

  it("gives a program its arguments and environment, and its log to readers", async () => {
    const name = "telling";
    const node = "server-worker1";
    bed.machine("worker1").disk.images.set("local/test/telling:1", { digest: `sha256:${"0".repeat(64)}`, sizeBytes: 1 });
    bed.machine("worker1").disk.images.set("test/telling:1", { digest: `sha256:${"0".repeat(64)}`, sizeBytes: 1 });
    const env = [
      { name: "A", value: "b" },
      { name: "NODE", valueFrom: { fieldRef: { fieldPath: "spec.nodeName" } } },
    ];
    bed.pod(name, { nodeName: node, containers: [{ name: "main", image: "test/telling:1", command: ["/run"], args: ["fast"], env }] });
    await bed.until("it runs", (view) => view.get("Pod", "default", name)?.status?.phase === "Running");
    expect(seen).toEqual({ env: { A: "b", NODE: node }, args: ["fast"] });
  });
});
