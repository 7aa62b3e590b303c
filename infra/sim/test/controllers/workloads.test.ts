import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCondition } from "../../src/kubernetes/controllers/conditions.ts";
import { isReady } from "../../src/kubernetes/controllers/pods.ts";
import { openClusterBed, templateOf, type ClusterBed } from "../kubelet/cluster-bed.ts";

const selector = { matchLabels: { app: "web" } };

describe("workloads", () => {
  let bed: ClusterBed;
  beforeAll(async () => {
    bed = await openClusterBed();
    await bed.untilNodesReady();
  });
  afterAll(() => bed.close());

  it("rolls a deployment out, replaces its template and keeps the history", async () => {
    bed.create("Deployment", "roll", { replicas: 3, selector, template: templateOf(bed.image("server:1")) });
    const first = await bed.until("the first rollout is complete", (view) => {
      const found = view.get("Deployment", "default", "roll");
      return found?.status?.availableReplicas === 3 ? found : undefined;
    });
    bed.view.update("Deployment", {
      ...first,
      spec: { ...first.spec, template: templateOf(bed.image("server:2")) as typeof first.spec.template },
    });
    let least = 3;
    const done = await bed.until("the second rollout is complete", (view) => {
      const found = view.get("Deployment", "default", "roll");
      least = Math.min(least, found?.status?.availableReplicas ?? 0);
      const { updatedReplicas, replicas, observedGeneration } = found?.status ?? {};
      return updatedReplicas === 3 && replicas === 3 && observedGeneration === 2 && found?.status?.availableReplicas === 3
        ? found
        : undefined;
    });
    expect(least).toBeGreaterThanOrEqual(3);
    expect(done.metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("2");
    expect(findCondition(done.status?.conditions, "Progressing")?.reason).toBe("NewReplicaSetAvailable");
    const sets = bed.view.list("ReplicaSet", "default").filter((set) => set.metadata.name.startsWith("roll-"));
    expect(new Set(sets.map((set) => set.spec.replicas))).toEqual(new Set([0, 3]));
  });

  it("deletes replica sets and pods with their deployment", async () => {
    const deployment = bed.view.get("Deployment", "default", "roll");
    expect(deployment).toBeDefined();
    if (deployment !== undefined) bed.view.remove("Deployment", deployment);
    await bed.until("nothing of it is left", (view) => {
      const left = [...view.list("ReplicaSet", "default"), ...view.list("Pod", "default")];
      return !left.some((object) => object.metadata.name.startsWith("roll-"));
    });
  });

  it("calls a rollout stuck when its deadline has passed", async () => {
    const template = templateOf(bed.image("missing:1"));
    bed.create("Deployment", "stuck", { replicas: 1, progressDeadlineSeconds: 60, selector, template });
    const condition = await bed.until("the deadline is exceeded", (view) => {
      const found = findCondition(view.get("Deployment", "default", "stuck")?.status?.conditions, "Progressing");
      return found?.status === "False" ? found : undefined;
    });
    expect(condition.reason).toBe("ProgressDeadlineExceeded");
    expect(condition.message).toMatch(/^ReplicaSet "stuck-\w{10}" has timed out progressing\.$/);
  });

  it("starts a stateful set in order, with a bound claim on the node of each pod", async () => {
    const readyBefore: boolean[] = [];
    const stop = bed.view.store.watch(({ type, object }) => {
      if (type !== "ADDED" || object.kind !== "Pod" || object.metadata.name !== "db-1") return;
      const first = bed.view.get("Pod", "default", "db-0");
      readyBefore.push(first !== undefined && isReady(first));
    });
    bed.create("StatefulSet", "db", {
      replicas: 2,
      serviceName: "db",
      selector: { matchLabels: { app: "db" } },
      template: {
        metadata: { labels: { app: "db" } },
        spec: {
          containers: [{ name: "main", image: bed.image("server:1"), readinessProbe: { tcpSocket: { port: 1 }, periodSeconds: 1 } }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { storageClassName: "openebs-hostpath", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    });
    const first = await bed.until("db-0 is there", (view) => view.get("Pod", "default", "db-0"));
    expect(first.spec.hostname).toBe("db-0");
    await bed.until("both are ready", (view) => view.get("StatefulSet", "default", "db")?.status?.readyReplicas === 2);
    stop();
    expect(readyBefore, "db-0 is Ready when db-1 is made").toEqual([true]);
    for (const ordinal of [0, 1]) {
      const claim = bed.view.get("PersistentVolumeClaim", "default", `data-db-${ordinal}`);
      expect(claim?.spec.volumeName).toBe(`pvc-${claim?.metadata.uid}`);
      const volume = bed.view.get("PersistentVolume", undefined, claim?.spec.volumeName ?? "");
      const node = bed.view.get("Pod", "default", `db-${ordinal}`)?.spec.nodeName;
      expect(volume?.spec.nodeAffinity?.required.nodeSelectorTerms[0]?.matchExpressions?.[0]?.values).toEqual([node]);
    }
  });

  it("takes in a pod and a replica set that nobody controls, as they come back from a backup", async () => {
    const own = { matchLabels: { app: "back" } };
    const template = { ...templateOf(bed.image("server:1")), metadata: { labels: own.matchLabels } };
    bed.create("Deployment", "back", { replicas: 1, selector: own, template });
    const [made] = await bed.until("its pod is there", (view) => {
      const found = view.list("Pod", "default").filter(({ metadata }) => metadata.labels?.["app"] === "back");
      return found.length === 1 ? found : undefined;
    });
    const set = bed.view.list("ReplicaSet", "default").find(({ metadata }) => metadata.labels?.["app"] === "back");
    const unowned = ({ labels }: { readonly labels?: Readonly<Record<string, string>> | undefined }, name: string) => ({
      metadata: { name, namespace: "away", ...(labels !== undefined && { labels }) },
    });
    bed.view.create("Namespace", { metadata: { name: "away" } });
    const { nodeName: _node, ...spec } = made?.spec ?? {};
    bed.view.create("Pod", { ...unowned(made?.metadata ?? {}, "back-pod"), spec });
    bed.view.create("ReplicaSet", { ...unowned(set?.metadata ?? {}, "back-set"), spec: set?.spec });
    bed.view.create("Deployment", { ...unowned({}, "back"), spec: { replicas: 1, selector: own, template } });
    await bed.until("it is ready", (view) => view.get("Deployment", "away", "back")?.status?.readyReplicas === 1);
    expect(bed.view.list("ReplicaSet", "away").map(({ metadata }) => metadata.name)).toEqual(["back-set"]);
    expect(bed.view.list("Pod", "away").map(({ metadata }) => metadata.name)).toEqual(["back-pod"]);
  });

  it("takes in only the pods of a stateful set that have its own names", async () => {
    const labels = { app: "kept" };
    const template = { ...templateOf(bed.image("server:1")), metadata: { labels } };
    const { spec } = templateOf(bed.image("server:1")) as { readonly spec: object };
    const other = bed.view.create("Pod", { metadata: { name: "other-0", namespace: "default", labels }, spec });
    bed.create("StatefulSet", "kept", { replicas: 1, selector: { matchLabels: labels }, serviceName: "kept", template });
    await bed.until("its own pod is ready", (view) => view.get("Pod", "default", "kept-0")?.status?.phase === "Running");
    const still = bed.view.get("Pod", "default", "other-0");
    expect([still?.metadata.uid, still?.metadata.ownerReferences ?? []]).toEqual([other.metadata.uid, []]);
  });

  it("runs a daemon on each node it tolerates", async () => {
    bed.create("DaemonSet", "agent", {
      selector: { matchLabels: { app: "agent" } },
      template: { metadata: { labels: { app: "agent" } }, spec: { containers: [{ name: "main", image: bed.image("server:1") }] } },
    });
    await bed.until("three are ready", (view) => view.get("DaemonSet", "default", "agent")?.status?.["numberReady"] === 3);
    const nodes = bed.view
      .list("Pod", "default")
      .filter((pod) => pod.metadata.labels?.["app"] === "agent")
      .map((pod) => pod.spec.nodeName);
    expect(nodes).toHaveLength(3);
    expect(new Set(nodes)).toEqual(new Set(["server-worker1", "server-worker2", "server-worker3"]));
  });

  it.each([
    ["task:1", "Complete", "CompletionsReached", 1],
    ["crash:1", "Failed", "BackoffLimitExceeded", 2],
  ] as const)("ends a job of %s as %s", async (...[image, type, reason, pods]) => {
    const name = `job-${type.toLowerCase()}`;
    const containers = [{ name: "main", image: bed.image(image) }];
    bed.create("Job", name, { backoffLimit: 1, template: { spec: { restartPolicy: "Never", containers } } });
    const condition = await bed.until(`the job is ${type}`, (view) =>
      findCondition(view.get("Job", "default", name)?.status?.conditions, type),
    );
    expect(condition.reason).toBe(reason);
    expect(bed.view.list("Pod", "default").filter((pod) => pod.metadata.name.startsWith(name))).toHaveLength(pods);
  });

  it("lists only ready pods as addresses of a service", async () => {
    bed.create("Service", "slow", { selector: { app: "slow" }, ports: [{ name: "http", port: 80, targetPort: "http" }] });
    const containers = [
      {
        name: "main",
        image: bed.image("server:1"),
        ports: [{ name: "http", containerPort: 8080 }],
        readinessProbe: { httpGet: { path: "/ping", port: 8080 }, periodSeconds: 5 },
      },
    ];
    bed.view.create("Pod", { metadata: { name: "slow", namespace: "default", labels: { app: "slow" } }, spec: { containers } });
    await bed.until("it waits", (view) => view.get("Endpoints", "default", "slow")?.subsets?.[0]?.notReadyAddresses?.length === 1);
    const subset = await bed.until("it is listed", (view) => {
      const found = view.get("Endpoints", "default", "slow")?.subsets?.[0];
      return found?.addresses === undefined ? undefined : found;
    });
    expect(subset.notReadyAddresses).toBeUndefined();
    expect(subset.ports).toEqual([{ name: "http", port: 8080, protocol: "TCP" }]);
    const pod = bed.view.get("Pod", "default", "slow");
    expect(pod !== undefined && isReady(pod)).toBe(true);
    expect(bed.events("Unhealthy", "slow")[0]?.message).toMatch(
      /^Readiness probe failed: Get "http:\/\/10\.244\.\d+\.\d+:8080\/ping": dial tcp 10\.244\.\d+\.\d+:8080: connect: connection refused$/,
    );
  });

  it("empties a deleted namespace and lets it go", async () => {
    bed.view.create("Namespace", { metadata: { name: "gone" } });
    await bed.until("its account is there", (view) => view.get("ServiceAccount", "gone", "default"));
    const containers = [{ name: "main", image: bed.image("server:1") }];
    bed.view.create("Pod", { metadata: { name: "last", namespace: "gone" }, spec: { containers } });
    await bed.until("its pod runs", (view) => view.get("Pod", "gone", "last")?.status?.phase === "Running");
    const namespace = bed.view.get("Namespace", undefined, "gone");
    if (namespace !== undefined) bed.view.remove("Namespace", namespace);
    await bed.until("it is gone", (view) => view.get("Namespace", undefined, "gone") === undefined);
    expect(bed.view.list("Pod", "gone")).toEqual([]);
  });

  it("ran without a complaint of its own", () => {
    expect(bed.lines).toEqual([]);
  });
});
