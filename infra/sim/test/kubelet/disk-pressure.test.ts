import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCondition } from "../../src/kubernetes/controllers/conditions.ts";
import { openClusterBed, templateOf, type ClusterBed } from "./cluster-bed.ts";

const TAINT = "node.kubernetes.io/disk-pressure";

describe("a disk that runs full", () => {
  let bed: ClusterBed;
  beforeAll(async () => {
    bed = await openClusterBed();
    await bed.untilNodesReady();
    const selector = { matchLabels: { app: "web" } };
    bed.create("Deployment", "web", { replicas: 3, selector, template: templateOf(bed.image("server:1")) });
    await bed.until("it is available", (view) => view.get("Deployment", "default", "web")?.status?.availableReplicas === 3);
    for (const name of ["worker1", "worker2", "worker3"]) {
      const { disk } = bed.machine(name);
      disk.ballastBytes = disk.capacityBytes * 0.97;
    }
  });
  afterAll(() => bed.close());

  const pressure = (node: string): string | undefined =>
    findCondition(bed.view.get("Node", undefined, node)?.status?.conditions, "DiskPressure")?.status;

  it("puts the node under pressure, with condition, events and taint", async () => {
    await bed.until("pressure is told", () => pressure("server-worker1") === "True");
    const condition = findCondition(bed.view.get("Node", undefined, "server-worker1")?.status?.conditions, "DiskPressure");
    expect(condition).toMatchObject({ reason: "KubeletHasDiskPressure", message: "kubelet has disk pressure" });
    await bed.until("it is tainted", (view) =>
      view.get("Node", undefined, "server-worker1")?.spec?.taints?.some((taint) => taint.key === TAINT),
    );
    expect(bed.events("NodeHasDiskPressure", "server-worker1")[0]).toMatchObject({
      type: "Normal",
      message: "Node server-worker1 status is now: NodeHasDiskPressure",
    });
    expect(bed.events("EvictionThresholdMet", "server-worker1")[0]).toMatchObject({
      type: "Warning",
      message: "Attempting to reclaim ephemeral-storage",
    });
    expect(bed.events("FreeDiskSpaceFailed", "server-worker1")[0]?.message).toMatch(
      /^Failed to garbage collect required amount of images\. Attempted to free \d+ bytes, but only found \d+ bytes eligible to free\.$/,
    );
  });

  it("evicts ordinary pods, not critical ones", async () => {
    const evicted = await bed.until("three pods are evicted", (view) => {
      const found = view.list("Pod").filter((pod) => pod.status?.message?.startsWith("The node was low"));
      return found.length >= 3 ? found : undefined;
    });
    expect(evicted[0]?.status).toMatchObject({ phase: "Failed" });
    expect(evicted[0]?.status?.message).toMatch(
      /^The node was low on resource: ephemeral-storage\. Threshold quantity: \d+, available: \d+Ki\. $/,
    );
    expect(evicted.map((pod) => pod.metadata.namespace)).not.toContain("kube-system");
    expect(bed.events("Evicted").length).toBeGreaterThanOrEqual(3);
  });

  it("keeps new pods pending in the scheduler's words", async () => {
    const told = await bed.until("a pod is refused", () =>
      bed.events("FailedScheduling").find((event) => event.message.includes(`3 node(s) had untolerated taint {${TAINT}: }`)),
    );
    expect(told.message).toContain("0/4 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, ");
  });

  it("rejects a pod that is bound to the node all the same", async () => {
    bed.pod("pushy", { nodeName: "server-worker1" });
    const pod = await bed.until("it is rejected", (view) => {
      const found = view.get("Pod", "default", "pushy");
      return found?.status?.phase === "Failed" ? found : undefined;
    });
    expect(pod.status).toMatchObject({
      reason: "Evicted",
      message: "Pod was rejected: The node had condition: [DiskPressure]. ",
    });
    expect(pod.status?.containerStatuses).toBeUndefined();
    expect(bed.events("Evicted", "pushy")[0]?.message).toBe("The node had condition: [DiskPressure]. ");
  });

  it("recovers once there is room again, and the pods come back", async () => {
    for (const name of ["worker1", "worker2", "worker3"]) bed.machine(name).disk.ballastBytes = 12 * 1024 ** 3;
    await bed.until("the deployment is available", (view) => view.get("Deployment", "default", "web")?.status?.availableReplicas === 3);
    expect(pressure("server-worker1")).toBe("False");
    expect(bed.events("NodeHasNoDiskPressure", "server-worker1")).toHaveLength(1);
    expect(bed.lines).toEqual([]);
  });
});
