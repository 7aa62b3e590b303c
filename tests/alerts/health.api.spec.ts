import { expect, KINDS, plan, probes, test, type Bed } from "@kubera-e2e/fixtures";
import type { Pools } from "@kubera-e2e/fixtures/pools";

const STRIPE = { raidType: "stripe", groupDeviceCount: 1 } as const;

interface Instance {
  readonly pool: string;
  readonly name: string;
  readonly namespace: string;
}

/** An instance runs in a Deployment of its own name. */
const scale = (bed: Bed, { name, namespace }: Instance, replicas: number) =>
  bed.member.kube.patch({ ...KINDS.deployment, namespace, name }, { spec: { replicas } });

/** One instance of a new pool. */
const makeInstance = async (bed: Bed, pools: Pools): Promise<Instance> => {
  const { name: pool, namespace } = await pools.create({ raid: STRIPE });
  const instances = await bed.member.kube.list(KINDS.poolInstance, { namespace });
  const name = instances.map(({ metadata }) => metadata.name).find((one) => one.startsWith(`${pool}-`));
  if (name === undefined) throw new Error(`pool cluster ${pool} has no instance`);
  return { pool, name, namespace };
};

test.describe("of a pool", () => {
  test.use({ state: "openebs", disturbs: "briefly" });

  test(
    "trouble is announced, and of no other",
    plan("TCID-DIR-ALERTS-POOL-UNHEALTHY", { day: 2, priority: 1, assumption: "A-ALERT-NAMES" }),
    async ({ bed, observation, pools }) => {
      const instance = await makeInstance(bed, pools);
      await scale(bed, instance, 0);
      await observation.alert({ clusterId: pools.clusterId, name: "PoolUnhealthy", resource: instance.name });
      const told = await observation.alert({ clusterId: pools.clusterId, name: "PoolUnhealthy" });
      const ofPool = told.map(({ annotations }) => annotations["RESOURCE_NAME"]).filter((name) => name?.startsWith(`${instance.pool}-`));
      expect(ofPool).toEqual([instance.name]);
      await scale(bed, instance, 1);
      await bed.member.until(probes.deploymentAvailable({ namespace: instance.namespace, name: instance.name }));
    },
  );

  test(
    "the end of trouble is announced",
    plan("TCID-DIR-ALERTS-POOL-RECOVERED", { day: 2, priority: 1, assumption: "A-ALERT-NAMES" }),
    async ({ bed, observation, pools }) => {
      const instance = await makeInstance(bed, pools);
      const wish = { clusterId: pools.clusterId, resource: instance.name };
      await scale(bed, instance, 0);
      await observation.alert({ ...wish, name: "PoolUnhealthy" });
      const before = await observation.alerts.list({ clusterId: pools.clusterId });
      const ofInstance = before.filter(({ annotations }) => annotations["RESOURCE_NAME"] === instance.name);
      expect(ofInstance.map(({ labels }) => labels.alertname)).not.toContain("PoolHealthy");
      await scale(bed, instance, 1);
      expect(await observation.alert({ ...wish, name: "PoolHealthy" })).toHaveLength(1);
    },
  );
});

test.describe("of what was there before its cluster", () => {
  test.use({ state: "openebs", disturbs: true });

  test(
    "volumes that a new cluster brings along are announced as healthy",
    plan("TCID-DIR-ALERTS-VOLUME-HEALTHY", { day: 2, priority: 2, assumption: "A-ALERT-NAMES" }),
    async ({ bed, observation, pools, project, release }) => {
      await pools.claimVolume(await pools.create({ raid: STRIPE }), 3);
      const [volume] = await project.volumes(pools.clusterId);
      await project.deleteCluster(pools.clusterId);
      await bed.member.until(probes.namespaceGone(release.agents.namespace), bed.intervals.clusterActive);
      const clusterId = await bed.connect(bed.member);
      await observation.alert({ clusterId, name: "VolumeHealthy", resource: volume?.name ?? "" });
    },
  );
});

test.describe("of a new cluster", () => {
  test.use({ state: "director", disturbs: "briefly" });

  test(
    "every node is announced as ready",
    plan("TCID-DIR-ALERTS-NODE-READY", { day: 2, priority: 2, assumption: "A-ALERT-NAMES" }),
    async ({ bed, observation }) => {
      const clusterId = await bed.connect(bed.member);
      const told = await observation.alert({ clusterId, name: "NodeReady" });
      expect(told.map(({ annotations }) => annotations["RESOURCE_NAME"] ?? "").toSorted()).toEqual([...bed.member.nodes].toSorted());
      await bed.disconnect();
    },
  );
});
