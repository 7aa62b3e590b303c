import { expect, KINDS, plan, probes, test, waitUntil, notYet, reached, type Bed } from "@kubera-e2e/fixtures";
import type { Pools } from "@kubera-e2e/fixtures/pools";

test.use({ state: "openebs" });

const REPLICAS = 3;

type Pool = Awaited<ReturnType<Pools["create"]>>;

/** A disruption of a pool with a volume, and that both are as they were. */
const isWellAfter = async ({ bed, pools, pool }: { bed: Bed; pools: Pools; pool: Pool }, disrupt: () => Promise<void>): Promise<void> => {
  const volume = await pools.claimVolume(pool, REPLICAS);
  const phases = await pools.replicaPhases(volume);
  await disrupt();
  await expect(bed.member).toReach(probes.poolOnline(pool));
  await waitUntil({
    what: "Director calls every instance Online, and the volume has its replicas",
    deadlineMs: bed.intervals.openebsReady,
    intervalMs: bed.intervals.poll,
    probe: async () => {
      const [states, now] = await Promise.all([pools.states(pool), pools.replicaPhases(volume)]);
      const isSo = states.every((state) => state === "Online") && now.join() === phases.join();
      return isSo ? reached(undefined) : notYet(`instances are ${states.join(", ")}, replicas ${now.join(", ")}`);
    },
  });
  expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
  expect(await pools.replicaPhases(volume)).toEqual(Array.from({ length: REPLICAS }, () => "Healthy"));
};

const RAIDS = [
  {
    details: plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-MIRROR-REBOOT-NODE", { day: 2, priority: 1 }),
    raid: { raidType: "mirror", groupDeviceCount: 2 },
  },
  {
    details: plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-RAIDZ-REBOOT-NODE", { day: 2, priority: 1 }),
    raid: { raidType: "raidz", groupDeviceCount: 3 },
  },
] as const;

test.describe("is Online again, with all replicas of its volume, after a node of it lost its power:", { tag: "@disruptive" }, () => {
  for (const { details, raid } of RAIDS) {
    test(`a pool of ${raid.raidType}`, details, async ({ bed, pools }) => {
      const pool = await pools.create({ raid });
      const [node = ""] = bed.member.workers;
      await isWellAfter({ bed, pools, pool }, () => bed.reboot(bed.member, node));
    });
  }
});

test.describe("is Online again, with all replicas of its volume, after its pods were evicted:", { tag: "@disruptive" }, () => {
  test("a pool", plan("TCID-DIR-OP-CSTOR-POOL-POD-EVICTION", { day: 2, priority: 1 }), async ({ bed, pools }) => {
    const pool = await pools.create({ raid: { raidType: "stripe", groupDeviceCount: 1 } });
    const instances = await bed.member.kube.list(KINDS.poolInstance, { namespace: pool.namespace });
    // An instance runs in a Deployment of its own name.
    const own = instances.map(({ metadata }) => metadata.name).filter((name) => name.startsWith(`${pool.name}-`));
    expect(own).toHaveLength(bed.member.workers.length);
    const workloads = own.map((name) => ({ kind: "Deployment", namespace: pool.namespace, name }) as const);
    const nodes = await bed.member.nodesOf(workloads);
    await isWellAfter({ bed, pools, pool }, async () => {
      for (const workload of workloads) await bed.member.evict(workload);
    });
    expect(await bed.member.nodesOf(workloads)).toEqual(nodes);
    expect(await pools.claims(pool.devices)).toEqual(["Claimed"]);
  });
});
