import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { notYet, reached } from "@kubera-e2e/schema/wait-until";
import { KINDS, probes, type KubeProbe } from "../../src/index.ts";
import { conditionOf, type KubeNode, type Pod } from "../../src/kinds.ts";
import { eventually } from "./eventually.ts";
import { closeStage, openStage, type Stage } from "./stage.ts";
import type { World } from "./world.ts";

const SHORT_MS = 3000;

const nodeIs = (name: string, type: string, status: readonly string[]): KubeProbe<KubeNode> => ({
  what: `${type} of Node ${name} is ${status.join(" or ")}`,
  kinds: [KINDS.node],
  about: { ...KINDS.node, name },
  probe: (view) => {
    const node = view.get<KubeNode>({ ...KINDS.node, name });
    const is = conditionOf(node, type)?.status ?? "not told";
    return node !== undefined && status.includes(is) ? reached(node) : notYet(`it is ${is}`);
  },
});

const bootIdOf = (node: KubeNode): string => node.status?.nodeInfo?.bootID ?? "";

/** A pod that runs on one node and nowhere else. */
const onNode = (name: string) => ({ spec: { nodeSelector: { "kubernetes.io/hostname": name } } });

/** What must hold in every world when parts of it fail; one after the other, for each needs the cluster whole. */
export const describeFaults = (open: () => Promise<World>): void => {
  let world: World;
  let stage: Stage;
  beforeAll(async () => {
    world = await open();
    stage = await openStage(world);
  });
  afterAll(async () => {
    await closeStage(stage);
    await world.close();
  });

  describe("a node without power", () => {
    const dark = () => probes.deploymentAvailable({ namespace: stage.namespace, name: "dark" });

    test("is not Ready, nor are its pods, whatever their status says", async () => {
      const [node] = world.workers;
      await stage.put(stage.make.deployment("dark", onNode(node)));
      await stage.see(dark());
      await world.setPower(node, "off");
      await stage.see(nodeIs(node, "Ready", ["False", "Unknown"]));
      expect(await stage.miss(probes.nodesReady([node]), SHORT_MS)).toMatch(/NodeStatusUnknown: Kubelet stopped posting node status/);
      expect(await stage.miss(dark(), SHORT_MS)).toContain("[WAIT_");
    });

    test("is Ready again with a new boot id, and its pod serves again", async () => {
      const [node] = world.workers;
      const before = await world.client.get<KubeNode>({ ...KINDS.node, name: node });
      await world.setPower(node, "on");
      const oldBootIds = new Map([[node, bootIdOf(before as KubeNode)]]);
      const [after] = await stage.see(probes.nodesReady([node], { oldBootIds }));
      expect(bootIdOf(after as KubeNode)).not.toBe(oldBootIds.get(node));
      await stage.see(dark());
    });

    test("counts as booted only when its boot id is another one", async () => {
      const [node] = world.workers;
      const now = await world.client.get<KubeNode>({ ...KINDS.node, name: node });
      const oldBootIds = new Map([[node, bootIdOf(now as KubeNode)]]);
      expect(await stage.miss(probes.nodesReady([node], { oldBootIds }), SHORT_MS)).toContain("it still carries its old boot id");
    });
  });

  test("a node whose cable is cut is not Ready, and is again without a boot when it is mended", async () => {
    const [, node] = world.workers;
    const [before] = await stage.see(probes.nodesReady([node]));
    await world.setCable(node, "down");
    await stage.see(nodeIs(node, "Ready", ["False", "Unknown"]));
    await world.setCable(node, "up");
    const [after] = await stage.see(probes.nodesReady([node]));
    expect(bootIdOf(after as KubeNode)).toBe(bootIdOf(before as KubeNode));
  });

  test("a full disk shows as DiskPressure, evicts, and is told as the reason", async () => {
    const [, node] = world.workers;
    await stage.put(stage.make.pod("victim", onNode(node)));
    const victim = probes.podReady({ namespace: stage.namespace, name: "victim" });
    await stage.see(victim);
    await world.setDisk(node, "full");
    await stage.see(nodeIs(node, "DiskPressure", ["True"]), 120_000);
    const failed = await eventually("the pod is evicted", async () => {
      const pod = await world.client.get<Pod>({ ...KINDS.pod, namespace: stage.namespace, name: "victim" });
      return pod?.status?.phase === "Failed" ? pod : undefined;
    });
    expect(failed.status?.reason).toBe("Evicted");
    expect(await stage.miss(victim, SHORT_MS)).toMatch(/\[WAIT_TERMINAL\][^]*Evicted: The node was low on resource: ephemeral-storage/);
    await world.setDisk(node, "free");
    await stage.see(nodeIs(node, "DiskPressure", ["False"]), 120_000);
  }, 300_000);
};
