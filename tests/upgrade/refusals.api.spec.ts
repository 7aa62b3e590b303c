import { expect, KINDS, plan, test, type Bed } from "@kubera-e2e/fixtures";
import { newName } from "@kubera-e2e/fixtures/pools";

test.use({ state: "openebs" });

const versionsOf = async (bed: Bed): Promise<string[]> => {
  const pods = await bed.member.kube.list(KINDS.pod, { namespace: "openebs", labelSelector: "openebs.io/version" });
  return [...new Set(pods.map(({ metadata }) => metadata.labels?.["openebs.io/version"] ?? ""))];
};

test(
  "a control plane does not move to a version that is not named, or not offered",
  plan("TCID-IUOC03", { day: 2, priority: 2, row: "no version", assumption: "A-ERROR-STATUS" }),
  async ({ bed, director, project }) => {
    const record = await project.activeOpenEBS(await project.idOf(bed.member));
    const before = await versionsOf(bed);
    expect(before).toHaveLength(1);
    const path = `/v3/groups/${project.id}/openebses/${record.id}/?action=upgradecontrolplane`;
    for (const body of [{}, { upgradeVersion: "99.0.0" }])
      expect.soft(await director.request({ method: "POST", path, body }), JSON.stringify(body)).toBeRefused();
    expect(await versionsOf(bed)).toEqual(before);
  },
);

test.describe("while pools and volumes are older than their control plane", () => {
  test.use({ state: "openebs-base", disturbs: true });

  test(
    "a data plane does not move by a claim that is incomplete or names what is not there",
    plan("TCID-IUOD04", { day: 2, priority: 2, row: "malformed", assumption: "A-UPGRADE-CLAIM-INPUT" }),
    async ({ bed, director, project, upgrade }) => {
      const pool = await upgrade.newPool(1);
      const application = await upgrade.newApplication([{ replicas: 1 }]);
      await upgrade.controlPlane();
      const ofPool = await upgrade.poolUpgrade([pool]);
      const ofApplication = await upgrade.applicationUpgrade([application]);
      const [component] = ofPool.upgradeComponents;
      const path = `/v3/groups/${project.id}/openebsupgradeclaims`;
      const ask = (body: object) => director.request({ method: "POST", path, body });
      for (const change of [
        { clusterId: undefined },
        { clusterId: await project.idOf(bed.server) },
        { targetVersion: undefined },
        { targetVersion: upgrade.base },
        { targetVersion: upgrade.target.split(".").slice(0, 2).join(".") },
        { upgradeComponents: [] },
        { upgradeComponents: [component, { kind: "CStorPoolInstance" }] },
        { upgradeComponents: [component, { id: newName("nobody") }] },
      ])
        expect.soft(await ask({ ...ofPool, ...change }), JSON.stringify(change)).toBeRefused();
      for (const kind of [undefined, "gardenUpgrade"]) expect.soft(await ask({ ...ofApplication, kind }), `of kind ${kind}`).toBeRefused();
      expect(await upgrade.poolVersions(pool)).toEqual([upgrade.base]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      expect(await upgrade.finish(await upgrade.start(ofPool)), "what was asked for is there").toEqual(["Success"]);
    },
  );
});
