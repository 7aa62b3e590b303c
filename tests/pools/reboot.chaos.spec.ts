import { expect, plan, probes, test, waitUntil, notYet, reached } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

const REPLICAS = 3;

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
      const volume = await pools.claimVolume(pool, REPLICAS);
      const phases = await pools.replicaPhases(volume);
      const [node = ""] = bed.member.workers;
      await bed.reboot(bed.member, node);
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
    });
  }
});
