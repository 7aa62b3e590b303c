import { expect, plan, test } from "@kubera-e2e/fixtures";

const CONTROLLER = { kind: "Deployment", namespace: "maya-system", name: "upgrade-controller" } as const;

test.use({ state: "openebs-base" });

test.describe("an upgrade", { tag: "@disruptive" }, () => {
  test(
    "ends well though upgrade-controller was killed on the way, and the volume is as it was",
    plan("TCID-DIR-CHAOS-AGENT-KILL-UPGRADE-CONTROLLER", { day: 2, priority: 1 }),
    async ({ bed, upgrade }) => {
      const pool = await upgrade.newPool(3);
      const application = await upgrade.newApplication([{ pool, replicas: 3 }]);
      const pods = await upgrade.podsOf(application);
      await upgrade.controlPlane();
      const claim = await upgrade.start(await upgrade.poolUpgrade([pool]));
      await upgrade.underWay(claim);
      await bed.member.killUntilReady([CONTROLLER], bed.intervals.clusterActive);
      expect(await upgrade.finish(claim)).toEqual(["Success", "Success", "Success"]);
      expect(await upgrade.poolVersions(pool)).toEqual([upgrade.target]);
      expect(await upgrade.applications([application])).toEqual(["Success"]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target]]);
      expect(await upgrade.podsOf(application)).toEqual(pods);
    },
  );
});
