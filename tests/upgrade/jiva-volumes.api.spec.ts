import { expect, plan, test } from "@kubera-e2e/fixtures";

test.describe("as its control plane moves on", () => {
  test.use({ state: "openebs-base", disturbs: true });

  test(
    "with all three replicas up a Jiva volume is upgraded",
    plan("TCID-DIR-OP-UPGRADE-JIVA-VOLUME", { day: 2, priority: 0 }),
    async ({ upgrade }) => {
      const application = await upgrade.newApplication([{ replicas: 3 }]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      await upgrade.controlPlane();
      expect(await upgrade.replicaStates(application)).toEqual([["Running", "Running", "Running"]]);
      expect(await upgrade.applications([application])).toEqual(["Success"]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target]]);
      expect(await upgrade.replicaStates(application)).toEqual([["Running", "Running", "Running"]]);
    },
  );
});

test.describe("older than its control plane", () => {
  test.use({
    state: "openebs-base",
    disturbs: "briefly",
    behind: {
      "TCID-DIR-OP-UPGRADE-JIVA-VOLUME-ONE-REPLICA-PENDING": { applications: [[{ replicas: 3 }]] },
      "TCID-DIR-OP-UPGRADE-JIVA-VOLUME-TWO-REPLICAS-PENDING": { applications: [[{ replicas: 3 }]] },
      "TCID-DIR-OP-UPGRADE-JIVA-VOLUME-ALL-REPLICAS-PENDING": { applications: [[{ replicas: 3 }]] },
      "TCID-IUOD31": { applications: [[{ replicas: 2 }, { replicas: 1 }]] },
      "TCID-IUOD32": { applications: [[{ replicas: 1 }]] },
    },
  });

  for (const { down, details } of [
    { down: 1, details: plan("TCID-DIR-OP-UPGRADE-JIVA-VOLUME-ONE-REPLICA-PENDING", { day: 2, priority: 1 }) },
    { down: 2, details: plan("TCID-DIR-OP-UPGRADE-JIVA-VOLUME-TWO-REPLICAS-PENDING", { day: 2, priority: 2 }) },
    { down: 3, details: plan("TCID-DIR-OP-UPGRADE-JIVA-VOLUME-ALL-REPLICAS-PENDING", { day: 2, priority: 1 }) },
  ]) {
    test(`with ${down} of three replicas down a Jiva volume is not upgraded`, details, async ({ upgrade, older: { application } }) => {
      const mend = await upgrade.holdReplicas(application, down);
      expect(await upgrade.ask(await upgrade.applicationUpgrade([application]))).toBeRefused(405);
      await mend();
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      expect(await upgrade.replicaStates(application)).toEqual([["Running", "Running", "Running"]]);
    });
  }

  test(
    "every Jiva volume of an application is upgraded",
    plan("TCID-IUOD31", { day: 2, priority: 0 }),
    async ({ upgrade, older: { application } }) => {
      await upgrade.applications([application]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target], [upgrade.target]]);
    },
  );

  test(
    "a Jiva volume with a single replica is upgraded",
    plan("TCID-IUOD32", { day: 2, priority: 1 }),
    async ({ upgrade, older: { application } }) => {
      await upgrade.applications([application]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target]]);
      expect(await upgrade.replicaStates(application)).toEqual([["Running"]]);
    },
  );
});
