import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCondition } from "../../src/kubernetes/controllers/conditions.ts";
import { openClusterBed, type ClusterBed } from "../kubelet/cluster-bed.ts";

const NO_HELP = "no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful for scheduling.";

describe("scheduling", () => {
  let bed: ClusterBed;
  beforeAll(async () => {
    bed = await openClusterBed();
    await bed.untilNodesReady();
  });
  afterAll(() => bed.close());

  const CONTROL = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }";

  it.each([
    ["no-label", { nodeSelector: { disk: "ssd" } }, `${CONTROL}, 3 node(s) didn't match Pod's node affinity/selector`],
    ["no-cpu", { containers: [{ name: "c", image: "x", resources: { requests: { cpu: "64" } } }] }, `${CONTROL}, 3 Insufficient cpu`],
    [
      "no-memory",
      { containers: [{ name: "c", image: "x", resources: { requests: { memory: "1Ti" } } }] },
      `${CONTROL}, 3 Insufficient memory`,
    ],
    ["no-claim", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "nope" } }] }, 'persistentvolumeclaim "nope" not found'],
  ])("says why %s fits nowhere", async (name, spec, because) => {
    bed.pod(name, spec);
    const message = `0/4 nodes are available: ${because}. ${NO_HELP}`;
    const condition = await bed.until("it is refused", (view) =>
      findCondition(view.get("Pod", "default", name)?.status?.conditions, "PodScheduled"),
    );
    expect(condition).toMatchObject({ status: "False", reason: "Unschedulable", message });
    expect(bed.events("FailedScheduling", name)[0]).toMatchObject({ type: "Warning", message });
  });

  it("schedules a pod once a node fits", async () => {
    const node = bed.view.get("Node", undefined, "server-worker2");
    if (node !== undefined) {
      bed.view.update("Node", { ...node, metadata: { ...node.metadata, labels: { ...node.metadata.labels, disk: "ssd" } } });
    }
    const pod = await bed.until("it runs", (view) => {
      const found = view.get("Pod", "default", "no-label");
      return found?.status?.phase === "Running" ? found : undefined;
    });
    expect(pod.spec.nodeName).toBe("server-worker2");
    expect(bed.events("Scheduled", "no-label")[0]?.message).toBe("Successfully assigned default/no-label to server-worker2");
  });

  it("keeps pods off a cordoned node", async () => {
    const node = bed.view.get("Node", undefined, "server-worker1");
    if (node !== undefined) bed.view.update("Node", { ...node, spec: { ...node.spec, unschedulable: true } });
    await bed.until("it is tainted", (view) =>
      view.get("Node", undefined, "server-worker1")?.spec?.taints?.some((taint) => taint.key === "node.kubernetes.io/unschedulable"),
    );
    for (const name of ["a", "b", "c", "d"]) bed.pod(`cordon-${name}`, {});
    await bed.until("all run", (view) =>
      ["a", "b", "c", "d"].every((name) => view.get("Pod", "default", `cordon-${name}`)?.status?.phase === "Running"),
    );
    const nodes = ["a", "b", "c", "d"].map((name) => bed.view.get("Pod", "default", `cordon-${name}`)?.spec.nodeName);
    expect(nodes).not.toContain("server-worker1");
  });

  it("leaves a claim of an unknown class pending and says so once", async () => {
    const spec = { storageClassName: "unheard-of", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    bed.create("PersistentVolumeClaim", "lost", spec);
    await bed.until("an event tells", () => bed.events("ProvisioningFailed", "lost").length > 0);
    expect(bed.events("ProvisioningFailed", "lost")[0]?.message).toBe('storageclass.storage.k8s.io "unheard-of" not found');
    bed.pod("wants-lost", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "lost" } }] });
    const condition = await bed.until("the pod is refused", (view) =>
      findCondition(view.get("Pod", "default", "wants-lost")?.status?.conditions, "PodScheduled"),
    );
    expect(condition.message).toContain("pod has unbound immediate PersistentVolumeClaims");
    expect(bed.events("ProvisioningFailed", "lost")).toHaveLength(1);
  });

  it("keeps a used claim until its pod is gone, then drops volume and data", async () => {
    const spec = { storageClassName: "openebs-hostpath", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    const claim = bed.create("PersistentVolumeClaim", "used", spec);
    await bed.until("it waits for a consumer", () => bed.events("WaitForFirstConsumer", "used").length > 0);
    const pod = bed.pod("user", { volumes: [{ name: "v", persistentVolumeClaim: { claimName: "used" } }] });
    const running = await bed.until("the pod runs", (view) => {
      const found = view.get("Pod", "default", "user");
      return found?.status?.phase === "Running" ? found : undefined;
    });
    const disk = bed.machines.find((machine) => machine.spec.node === running.spec.nodeName)?.disk;
    disk?.volumes.set(`pvc-${claim.metadata.uid}`, { rows: 1 });
    bed.view.remove("PersistentVolumeClaim", claim);
    expect(bed.view.get("PersistentVolumeClaim", "default", "used")?.metadata.deletionTimestamp).toBeDefined();
    bed.view.remove("Pod", pod);
    await bed.until("the claim is gone", (view) => view.get("PersistentVolumeClaim", "default", "used") === undefined);
    await bed.until("the volume is gone", (view) => view.get("PersistentVolume", undefined, `pvc-${claim.metadata.uid}`) === undefined);
    await bed.until("the data is gone", () => disk?.volumes.has(`pvc-${claim.metadata.uid}`) === false);
  });
});
