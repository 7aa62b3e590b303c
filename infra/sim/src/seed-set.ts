import type { DataCenter } from "./datacenter/data-center.ts";
import type { Machine } from "./datacenter/machine.ts";
import type { RunningCluster } from "./kubernetes/cluster/start-cluster.ts";
import { snapshotName, vmsHash, writeSetManifest, type SetManifest } from "@kubera-e2e/schema/set";

const KUBERNETES = "v1.34.4";

/** What stands in each snapshot: the set, and the boot that its own VM must not come back with. */
const manifestOf = (machine: Machine, common: Omit<SetManifest, "bootId">): SetManifest => ({
  ...common,
  ...(machine.memory !== undefined && { bootId: machine.memory.bootId }),
});

/** Takes the set `bare` of the bed's machines as they are now, without memory: what a lab owner has done before anybody tests. */
export const seedBareSet = (dataCenter: DataCenter, bed: string): void => {
  const machines = dataCenter.machines.filter((machine) => machine.spec.template !== true);
  const takenAt = new Date(dataCenter.time.now()).toISOString();
  const common = {
    schema: "kubera-e2e/set@1" as const,
    set: takenAt.replaceAll(/[-:]|\.\d+/g, ""),
    bed,
    state: "bare",
    takenAt,
    memory: false as const,
    vms: machines.length,
    vmsHash: vmsHash(machines.map(({ spec }) => spec.name)),
    kubernetes: KUBERNETES,
  };
  for (const machine of machines) {
    const manifest = manifestOf(machine, common);
    machine.takeSnapshot(snapshotName(manifest), writeSetManifest(manifest), { memory: false, quiesce: false });
  }
};

const isReady = (cluster: RunningCluster, machines: number): boolean => {
  const { store } = cluster;
  if (store === undefined) return false;
  const nodes = store.list(store.resource("Node"));
  const ready = nodes.filter((node) => {
    const conditions: unknown = node.status?.["conditions"];
    return (
      Array.isArray(conditions) &&
      conditions.some((condition: { type?: string; status?: string }) => condition.type === "Ready" && condition.status === "True")
    );
  });
  return ready.length === machines;
};

/** Resolves as soon as every node of a freshly started cluster is Ready. */
export const nodesAreReady = (cluster: RunningCluster, machines: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (): boolean => {
      if (!isReady(cluster, machines)) return false;
      resolve();
      return true;
    };
    if (look()) return;
    const stop = cluster.store?.watch((event) => {
      if (event.resource.kind === "Node" && look()) stop?.();
    });
  });
