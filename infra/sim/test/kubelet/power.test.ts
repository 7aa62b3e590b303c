import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findCondition } from "../../src/kubernetes/controllers/conditions.ts";
import { isReady } from "../../src/kubernetes/controllers/pods.ts";
import type { Pod } from "../../src/kubernetes/workload-objects.ts";
import { openClusterBed, templateOf, type ClusterBed } from "./cluster-bed.ts";

const snapshotAll = (bed: ClusterBed, memory: boolean): readonly string[] =>
  bed.machines.map((machine) => machine.takeSnapshot("set", "", { memory, quiesce: false }).id);

const revertAll = (bed: ClusterBed, ids: readonly string[]): void => {
  for (const machine of bed.machines) machine.powerOff();
  bed.machines.forEach((machine, index) => machine.revert(ids[index] ?? ""));
  for (const machine of bed.machines) machine.powerOn();
};

describe("clusters and the power of their machines", () => {
  let bed: ClusterBed;
  beforeEach(async () => {
    bed = await openClusterBed({ speed: 200 });
    await bed.untilNodesReady();
    bed.pod("keeper", { nodeName: "server-worker1" });
    await bed.until("the pod is ready", (view) => ready(view.get("Pod", "default", "keeper")));
  });
  afterEach(() => bed.close());

  const ready = (pod: Pod | undefined): boolean => pod !== undefined && isReady(pod);
  const startedAt = (pod: Pod | undefined): string | undefined => pod?.status?.containerStatuses?.[0]?.state.running?.startedAt;

  it("hear nothing of a node whose kubelet is stopped, though its containers go on", async () => {
    const machine = bed.machines.find(({ spec }) => spec.node === "server-worker1");
    const before = startedAt(bed.view.get("Pod", "default", "keeper"));
    machine?.setKubelet("down");
    bed.pod("later", { nodeName: "server-worker1" });
    await bed.until("the node is silent", (view) => {
      const node = view.get("Node", undefined, "server-worker1");
      return findCondition(node?.status?.conditions, "Ready")?.status === "Unknown";
    });
    expect(bed.view.get("Pod", "default", "later")?.status?.startTime).toBeUndefined();
    machine?.setKubelet("up");
    await bed.until("both pods are ready", (view) => ["keeper", "later"].every((name) => ready(view.get("Pod", "default", name))));
    expect(startedAt(bed.view.get("Pod", "default", "keeper"))).toBe(before);
  });

  it("boots a reverted set with new boot ids, restarted pods and the objects of then", async () => {
    const ids = snapshotAll(bed, false);
    const boots = bed.machines.map((machine) => machine.memory?.bootId);
    bed.pod("later", {});
    const keeper = bed.view.get("Pod", "default", "keeper");
    if (keeper !== undefined) bed.view.remove("Pod", keeper, 0);
    revertAll(bed, ids);
    expect(bed.cluster.store).toBeUndefined();
    await bed.untilNodesReady();
    expect(bed.machines.map((machine) => machine.memory?.bootId)).not.toEqual(boots);
    const back = await bed.until("the pod was restarted", (view) => {
      const pod = view.get("Pod", "default", "keeper");
      return ready(pod) && pod?.status?.containerStatuses?.[0]?.restartCount === 1 ? pod : undefined;
    });
    expect(back.status?.containerStatuses?.[0]?.lastState.terminated).toMatchObject({ exitCode: 255, reason: "Unknown" });
    expect(bed.view.get("Pod", "default", "later")).toBeUndefined();
    const told = bed.events("Rebooted", "server-worker1")[0];
    expect(told?.message).toBe(`Node server-worker1 has been rebooted, boot id: ${bed.machine("worker1").memory?.bootId}`);
    expect(told?.type).toBe("Warning");
    expect(bed.lines).toEqual([]);
  });

  it("resumes a set with memory: the old boot, the old processes, no restart", async () => {
    const before = bed.view.get("Pod", "default", "keeper");
    const boot = bed.machine("worker1").memory?.bootId;
    const ids = snapshotAll(bed, true);
    revertAll(bed, ids);
    await bed.untilNodesReady();
    expect(bed.machine("worker1").memory?.bootId).toBe(boot);
    const after = await bed.until("the pod is ready", (view) => {
      const pod = view.get("Pod", "default", "keeper");
      return ready(pod) ? pod : undefined;
    });
    expect(after.status?.containerStatuses?.[0]?.restartCount).toBe(0);
    expect(startedAt(after)).toBe(startedAt(before));
    expect(bed.events("Rebooted")).toEqual([]);
  });

  it("notices a dead node, takes its pods out of service, and evicts them in the end", async () => {
    bed.create("Deployment", "web", {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      template: templateOf(bed.image("server:1")),
    });
    const pod = await bed.until("its pod is ready", (view) =>
      view.list("Pod", "default").find((candidate) => candidate.metadata.name.startsWith("web-") && isReady(candidate)),
    );
    const node = pod.spec.nodeName ?? "";
    bed.machines.find((machine) => machine.spec.node === node)?.powerOff();
    const silent = await bed.until("the node is Unknown", (view) => {
      const found = findCondition(view.get("Node", undefined, node)?.status?.conditions, "Ready");
      return found?.status === "Unknown" ? found : undefined;
    });
    expect(silent).toMatchObject({ reason: "NodeStatusUnknown", message: "Kubelet stopped posting node status." });
    await bed.until("it is tainted", (view) =>
      view.get("Node", undefined, node)?.spec?.taints?.some((taint) => taint.key === "node.kubernetes.io/unreachable"),
    );
    const dead = bed.view.get("Pod", "default", pod.metadata.name);
    expect([dead?.status?.phase, ready(dead)]).toEqual(["Running", false]);
    await bed.until("a new pod serves elsewhere", (view) =>
      view.list("Pod", "default").some((other) => other.metadata.name.startsWith("web-") && other.spec.nodeName !== node && isReady(other)),
    );
    expect(bed.view.get("Pod", "default", pod.metadata.name)?.metadata.deletionTimestamp).toBeDefined();
    bed.machines.find((machine) => machine.spec.node === node)?.powerOn();
    await bed.until("the old pod is gone", (view) => view.get("Pod", "default", pod.metadata.name) === undefined);
    await bed.untilNodesReady();
  });

  it("goes on without its control plane and tells it everything later", async () => {
    const boot = bed.machine("worker1").memory?.bootId;
    bed.machine("master1").powerOff();
    expect(bed.cluster.store).toBeUndefined();
    bed.machine("master1").powerOn();
    await bed.untilNodesReady();
    expect(bed.machine("worker1").memory?.bootId).toBe(boot);
    expect(bed.view.get("Pod", "default", "keeper")?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });
});
