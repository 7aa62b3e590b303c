import { nodeDataSchema, podDataSchema } from "@kubera-e2e/schema/fact-data";
import type { Fact } from "@kubera-e2e/schema/evidence";
import { describe, expect, test } from "vitest";
import { eventsCollector, givenFacts, nodesCollector, podsCollector, workloadsCollector } from "../src/index.ts";
import { context, fakeKube, TO } from "./fake-kube.ts";

const eventAt = (name: string, lastTimestamp: string): object => ({
  metadata: { name },
  involvedObject: { kind: "Pod", name },
  type: "Normal",
  lastTimestamp,
});

const pod = (name: string, status: object): object => ({
  metadata: { name, namespace: "kubera" },
  spec: { nodeName: "w1" },
  status,
});

const ready = [{ type: "Ready", status: "True" }];
const unready = [{ type: "Ready", status: "False" }];

describe("eventsCollector", () => {
  test("gives the events of its window, oldest first", async () => {
    const events = [
      eventAt("later", "2026-11-24T10:09:00Z"),
      eventAt("before the window", "2026-11-24T09:59:59Z"),
      eventAt("earlier", "2026-11-24T10:00:00Z"),
      eventAt("after the window", "2026-11-24T10:10:01Z"),
    ];
    const facts = await eventsCollector(fakeKube({ objects: { Event: events } })).collect(context());
    expect(facts.map(({ scope }) => scope.name)).toEqual(["earlier", "later"]);
  });
});

describe("nodesCollector", () => {
  const node = {
    metadata: { name: "w1" },
    spec: {
      taints: [
        { key: "node.kubernetes.io/disk-pressure", effect: "NoSchedule" },
        { key: "a", value: "b", effect: "NoExecute" },
      ],
    },
    status: {
      conditions: [{ type: "DiskPressure", status: "True", reason: "KubeletHasDiskPressure", lastTransitionTime: "2026-11-24T10:03:00Z" }],
      nodeInfo: { bootID: "boot-7", kubeletVersion: "v1.20.2" },
    },
  };

  test("tells conditions, bootID, taints and the kubelet's numbers", async () => {
    const summary = {
      node: {
        fs: { availableBytes: 5, capacityBytes: 100, inodesFree: 1 },
        runtime: { imageFs: { availableBytes: 4, capacityBytes: 90 } },
      },
    };
    const [fact] = await nodesCollector(
      fakeKube({ objects: { Node: [node] }, raw: { "/api/v1/nodes/w1/proxy/stats/summary": summary } }),
    ).collect(context());
    expect(fact).toEqual({
      kind: "kubernetes.node",
      at: TO,
      scope: { bed: "sim", cluster: "member", node: "w1", kind: "Node", name: "w1" },
      data: {
        "DiskPressure.status": "True",
        "DiskPressure.reason": "KubeletHasDiskPressure",
        "DiskPressure.lastTransitionTime": "2026-11-24T10:03:00.000Z",
        "nodeInfo.bootID": "boot-7",
        "nodeInfo.kubeletVersion": "v1.20.2",
        unschedulable: false,
        taints: "node.kubernetes.io/disk-pressure:NoSchedule,a=b:NoExecute",
        "fs.availableBytes": 5,
        "fs.capacityBytes": 100,
        "fs.inodesFree": 1,
        "runtime.imageFs.availableBytes": 4,
        "runtime.imageFs.capacityBytes": 90,
      },
    });
    expect(nodeDataSchema.safeParse(fact?.data).success).toBe(true);
  });

  test("says which kubelet did not answer, and keeps the node", async () => {
    const raw = { "/api/v1/nodes/w1/proxy/stats/summary": new Error("[CONNECTION_REFUSED] nothing listens there\n  where: w1") };
    const [fact] = await nodesCollector(fakeKube({ objects: { Node: [node] }, raw })).collect(context());
    expect(fact?.data["stats.missing"]).toBe("[CONNECTION_REFUSED] nothing listens there");
    expect(fact?.data["DiskPressure.status"]).toBe("True");
  });
});

describe("podsCollector", () => {
  const facts = (...pods: object[]): Promise<Fact[]> => podsCollector(fakeKube({ objects: { Pod: pods } })).collect(context());

  test("leaves out pods that serve and pods that have done their work", async () => {
    const running = pod("a", { phase: "Running", conditions: ready, containerStatuses: [{ name: "c", ready: true, restartCount: 2 }] });
    expect(await facts(running, pod("b", { phase: "Succeeded", conditions: unready }))).toEqual([]);
  });

  test("tells an evicted pod with its reason", async () => {
    const [fact] = await facts(
      pod("a", { phase: "Failed", reason: "Evicted", message: "The node was low on resource: ephemeral-storage." }),
    );
    expect(fact?.scope).toEqual({ bed: "sim", cluster: "member", namespace: "kubera", kind: "Pod", name: "a", node: "w1" });
    expect(fact?.data).toEqual({
      phase: "Failed",
      reason: "Evicted",
      message: "The node was low on resource: ephemeral-storage.",
      ready: false,
    });
  });

  test("tells one fact for each container that waits or has crashed, with its image as scope", async () => {
    const found = await facts(
      pod("a", {
        phase: "Pending",
        conditions: [...unready, { type: "PodScheduled", status: "True" }],
        initContainerStatuses: [{ name: "init", image: "maya-init", state: { terminated: { exitCode: 0 } } }],
        containerStatuses: [
          {
            name: "db",
            image: "mysql:5.7",
            ready: false,
            restartCount: 0,
            state: { waiting: { reason: "ImagePullBackOff", message: "429" } },
          },
          {
            name: "side",
            image: "xtrabackup",
            ready: false,
            restartCount: 3,
            state: { running: { startedAt: "2026-11-24T10:08:00Z" } },
            lastState: { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: "2026-11-24T10:07:00Z" } },
          },
          { name: "fine", image: "fine", ready: true, restartCount: 0, state: { running: {} } },
        ],
      }),
    );
    expect(found.map(({ scope, data }) => [scope.image, data["waiting.reason"], data["lastState.terminated.exitCode"]])).toEqual([
      ["mysql:5.7", "ImagePullBackOff", undefined],
      ["xtrabackup", undefined, 137],
    ]);
    for (const { data } of found) expect(podDataSchema.safeParse(data).success).toBe(true);
  });

  test("tells why a pod finds no node", async () => {
    const conditions = [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message: "0/4 nodes are available" }];
    const [fact] = await facts(pod("a", { phase: "Pending", conditions }));
    expect(fact?.data).toMatchObject({ "PodScheduled.reason": "Unschedulable", "PodScheduled.message": "0/4 nodes are available" });
  });
});

describe("workloadsCollector", () => {
  test.each([
    ["Deployment", { spec: { replicas: 2 }, status: { availableReplicas: 1 } }, [2, 1]],
    ["Deployment", { status: {} }, [1, 0]],
    ["StatefulSet", { spec: { replicas: 1 }, status: { readyReplicas: 0 } }, [1, 0]],
    ["DaemonSet", { status: { desiredNumberScheduled: 3, numberAvailable: 2 } }, [3, 2]],
    ["Deployment", { spec: { replicas: 0 }, status: {} }, undefined],
    ["StatefulSet", { spec: { replicas: 1 }, status: { readyReplicas: 1 } }, undefined],
    ["DaemonSet", { status: { desiredNumberScheduled: 3, numberReady: 3 } }, undefined],
  ])("tells a %s of %j as %j", async (kind, workload, wanted) => {
    const kube = fakeKube({ objects: { [kind]: [{ metadata: { name: "w", namespace: "kubera" }, ...workload }] } });
    const [fact] = await workloadsCollector(kube).collect(context());
    expect(fact === undefined ? undefined : [fact.data["replicas"], fact.data["availableReplicas"]]).toEqual(wanted);
  });

  test("keeps the conditions, which say why", async () => {
    const status = { conditions: [{ type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "timed out" }] };
    const kube = fakeKube({ objects: { Deployment: [{ metadata: { name: "w", namespace: "kubera" }, status }] } });
    const [fact] = await workloadsCollector(kube).collect(context());
    expect(fact).toMatchObject({
      scope: { cluster: "member", namespace: "kubera", kind: "Deployment", name: "w" },
      data: { "Progressing.status": "False", "Progressing.reason": "ProgressDeadlineExceeded", "Progressing.message": "timed out" },
    });
  });
});

describe("givenFacts", () => {
  test("passes on what lies in the window", async () => {
    const fact = (at: string): Fact => ({ kind: "http.exchange", at, scope: {}, data: {} });
    const given = givenFacts("transcript", () => [fact("2026-11-24T09:59:00.000Z"), fact(TO), fact("2026-11-24T10:11:00.000Z")]);
    expect(given.name).toBe("transcript");
    expect(await given.collect(context())).toEqual([fact(TO)]);
  });
});
