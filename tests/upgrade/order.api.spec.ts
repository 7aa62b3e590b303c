import { expect, plan, test } from "@kubera-e2e/fixtures";

test.use({ disturbs: true });

test.describe("installed by Director", () => {
  test.use({ state: "openebs-base" });

  test(
    "a control plane moves on while its data plane is one version behind",
    plan("TCID-IUOC04", { day: 2, priority: 1 }),
    async ({ upgrade }) => {
      const application = await upgrade.newApplication([{ replicas: 2 }]);
      await upgrade.controlPlane();
      expect(await upgrade.controlPlaneVersions()).toEqual([upgrade.target]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      expect(await upgrade.replicaStates(application)).toEqual([["Running", "Running"]]);
    },
  );

  test(
    "a data plane stays behind its control plane",
    plan("TCID-IUOD04", { day: 2, priority: 2, assumption: "A-UPGRADE-ORDER" }),
    async ({ upgrade }) => {
      const application = await upgrade.newApplication([{ replicas: 1 }]);
      expect(await upgrade.ask(await upgrade.applicationUpgrade([application]))).toBeRefused();
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      expect(await upgrade.controlPlaneVersions()).toEqual([upgrade.base]);
    },
  );

  test("a data plane may catch up with its control plane", plan("TCID-IUOD06", { day: 2, priority: 2 }), async ({ upgrade }) => {
    const pool = await upgrade.newPool(1);
    const application = await upgrade.newApplication([{ replicas: 1 }]);
    await upgrade.controlPlane();
    await upgrade.pools([pool]);
    await upgrade.applications([application]);
    const planes = [await upgrade.poolVersions(pool), ...(await upgrade.volumeVersions(application)), await upgrade.controlPlaneVersions()];
    expect(planes).toEqual([[upgrade.target], [upgrade.target], [upgrade.target]]);
  });
});

test.describe(() => {
  test.use({ state: "director" });

  for (const { by, details } of [
    { by: "operator", details: plan("TCID-IUOD02", { day: 2, priority: 1, assumption: "A-UPGRADE-FOREIGN" }) },
    { by: "helm", details: plan("TCID-IUOD03", { day: 2, priority: 2, assumption: "A-UPGRADE-FOREIGN" }) },
  ] as const) {
    test(`a Jiva volume of an OpenEBS installed by ${by} is upgraded`, details, async ({ upgrade }) => {
      await upgrade.install(by);
      const application = await upgrade.newApplication([{ replicas: 1 }]);
      await upgrade.controlPlaneByHand(by);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      await upgrade.applications([application]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target]]);
    });
  }
});
