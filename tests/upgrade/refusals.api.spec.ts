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

test(
  "a data plane does not move by a claim that is incomplete or names what is not there",
  plan("TCID-IUOD04", { day: 2, priority: 2, row: "malformed", assumption: "A-UPGRADE-ORDER" }),
  async ({ bed, director, project, pools, release }) => {
    const pool = await pools.create({ raid: { raidType: "stripe", groupDeviceCount: 1 } });
    const instance = (await project.pools.instances(pools.clusterId)).find(({ name = "" }) => name.startsWith(`${pool.name}-`));
    expect(instance).toBeDefined();
    const [targetVersion] = release.openebs.templates;
    const whole = { clusterId: pools.clusterId, kind: "poolUpgrade", targetVersion, upgradeComponents: [{ id: instance?.id }] };
    const path = `/v3/groups/${project.id}/openebsupgradeclaims`;
    const claims = async () => (await director.request({ method: "GET", path })).body;
    const before = await claims();
    for (const change of [
      {},
      { clusterId: undefined },
      { clusterId: await project.idOf(bed.server) },
      { targetVersion: undefined },
      { targetVersion: "newest" },
      { kind: undefined },
      { kind: "gardenUpgrade" },
      { upgradeComponents: [] },
      { upgradeComponents: [{ kind: "CStorPoolInstance" }] },
      { upgradeComponents: [{ id: newName("nobody") }] },
    ])
      expect.soft(await director.request({ method: "POST", path, body: { ...whole, ...change } }), JSON.stringify(change)).toBeRefused();
    expect(await claims()).toEqual(before);
  },
);
