import { expect, plan, test } from "@kubera-e2e/fixtures";

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

for (const { what, ofPool, ofJiva, details } of [
  { what: "every cStor volume of an application", ofPool: 2, ofJiva: 0, details: plan("TCID-IUOD13", { day: 2, priority: 1 }) },
  { what: "an application with volumes of cStor and Jiva", ofPool: 1, ofJiva: 1, details: plan("TCID-IUOD14", { day: 2, priority: 1 }) },
]) {
  test(`${what} is upgraded`, details, async ({ upgrade }) => {
    const pool = await upgrade.newPool(1);
    const cstor = Array.from({ length: ofPool }, () => ({ pool, replicas: 1 }));
    const application = await upgrade.newApplication([...cstor, ...Array.from({ length: ofJiva }, () => ({ replicas: 1 }))]);
    await upgrade.controlPlane();
    await upgrade.pools([pool]);
    await upgrade.applications([application]);
    expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target], [upgrade.target]]);
  });
}

for (const { clusters, what, details } of [
  { clusters: 1, what: "one pool cluster", details: plan("TCID-IUOD15", { day: 2, priority: 1 }) },
  { clusters: 2, what: "two pool clusters", details: plan("TCID-IUOD16", { day: 2, priority: 1 }) },
]) {
  test(`applications of ${what} are upgraded together`, details, async ({ upgrade }) => {
    const pool = await upgrade.newPool(1);
    const other = clusters === 1 ? pool : await upgrade.newPool(1);
    const applications = [
      await upgrade.newApplication([{ pool, replicas: 1 }]),
      await upgrade.newApplication([{ pool: other, replicas: 1 }]),
    ];
    await upgrade.controlPlane();
    await upgrade.pools([pool, other]);
    await upgrade.applications(applications);
    for (const application of applications) expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target]]);
  });
}

test("a volume stays behind its pool", plan("TCID-IUOD17", { day: 2, priority: 2, assumption: "A-UPGRADE-ORDER" }), async ({ upgrade }) => {
  const pool = await upgrade.newPool(1);
  const application = await upgrade.newApplication([{ pool, replicas: 1 }]);
  await upgrade.controlPlane();
  expect(await upgrade.ask(await upgrade.applicationUpgrade([application]))).toBeRefused();
  expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
  expect(await upgrade.poolVersions(pool)).toEqual([upgrade.base]);
});
