import { expect, plan, test } from "@kubera-e2e/fixtures";

test.describe("as its control plane moves on", () => {
  test.use({ state: "openebs-base", disturbs: true });

  test(
    "an application's cStor volume follows its pool",
    plan("TCID-DIR-OP-UPGRADE-CSTOR-VOLUME", { day: 2, priority: 0 }),
    async ({ upgrade }) => {
      const pool = await upgrade.newPool(3);
      const application = await upgrade.newApplication([{ pool, replicas: 3 }]);
      const pods = await upgrade.podsOf(application);
      await upgrade.controlPlane();
      await upgrade.pools([pool]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      expect(await upgrade.applications([application])).toEqual(["Success"]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target]]);
      expect(await upgrade.podsOf(application)).toEqual(pods);
    },
  );
});

test.describe("older than its control plane", () => {
  test.use({
    state: "openebs-base",
    disturbs: "briefly",
    behind: {
      "TCID-IUOD13": {
        pools: [1],
        applications: [
          [
            { pool: 0, replicas: 1 },
            { pool: 0, replicas: 1 },
          ],
        ],
      },
      "TCID-IUOD14": { pools: [1], applications: [[{ pool: 0, replicas: 1 }, { replicas: 1 }]] },
      "TCID-IUOD15": { pools: [1], applications: [[{ pool: 0, replicas: 1 }], [{ pool: 0, replicas: 1 }]] },
      "TCID-IUOD16": { pools: [1, 1], applications: [[{ pool: 0, replicas: 1 }], [{ pool: 1, replicas: 1 }]] },
      "TCID-IUOD17": { pools: [1], applications: [[{ pool: 0, replicas: 1 }]] },
    },
  });

  for (const { what, details } of [
    { what: "every cStor volume of an application", details: plan("TCID-IUOD13", { day: 2, priority: 1 }) },
    { what: "an application with volumes of cStor and Jiva", details: plan("TCID-IUOD14", { day: 2, priority: 1 }) },
  ]) {
    test(`${what} is upgraded`, details, async ({ upgrade, older: { pool, application } }) => {
      await upgrade.pools([pool]);
      await upgrade.applications([application]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target], [upgrade.target]]);
    });
  }

  for (const { what, clusters, details } of [
    { what: "one pool cluster", clusters: 1, details: plan("TCID-IUOD15", { day: 2, priority: 1 }) },
    { what: "two pool clusters", clusters: 2, details: plan("TCID-IUOD16", { day: 2, priority: 1 }) },
  ]) {
    test(`applications of ${what} are upgraded together`, details, async ({ upgrade, older: { pools, applications } }) => {
      expect([pools.length, applications.length]).toEqual([clusters, 2]);
      await upgrade.pools(pools);
      await upgrade.applications(applications);
      for (const application of applications) expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target]]);
    });
  }

  test(
    "a volume stays behind its pool",
    plan("TCID-IUOD17", { day: 2, priority: 2, assumption: "A-UPGRADE-ORDER" }),
    async ({ upgrade, older: { pool, application } }) => {
      expect(await upgrade.ask(await upgrade.applicationUpgrade([application]))).toBeRefused();
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      expect(await upgrade.poolVersions(pool)).toEqual([upgrade.base]);
    },
  );
});
