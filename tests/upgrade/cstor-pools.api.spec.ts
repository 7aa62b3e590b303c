import { expect, plan, test } from "@kubera-e2e/fixtures";

test.describe("made by Director", () => {
  test.use({ state: "openebs-base", disturbs: true });

  test("a cStor pool follows its control plane", plan("TCID-DIR-OP-UPGRADE-CSTOR-POOL", { day: 2, priority: 0 }), async ({ upgrade }) => {
    const pool = await upgrade.newPoolByDirector();
    await upgrade.controlPlane();
    expect(await upgrade.poolVersions(pool)).toEqual([upgrade.base]);
    expect(new Set(await upgrade.pools([pool]))).toEqual(new Set(["Success"]));
    expect(await upgrade.poolVersions(pool)).toEqual([upgrade.target]);
  });
});

test.describe("older than its control plane", () => {
  test.use({
    state: "openebs-base",
    disturbs: "briefly",
    behind: {
      "TCID-IUOD08": { pools: [3] },
      "TCID-IUOD09": { pools: [2] },
      "TCID-IUOD10": { pools: [3] },
      "TCID-IUOD11": { pools: [1, 2] },
      "TCID-DIR-OP-UPGRADE-CSTOR-POOL-ALL-PODS-RUNNING": { pools: [3], applications: [[{ pool: 0, replicas: 3 }]] },
      "TCID-DIR-OP-UPGRADE-CSTOR-POOL-ONE-POD-PENDING": { pools: [3] },
      "TCID-IUOD25": { pools: [3] },
      "TCID-DIR-OP-UPGRADE-CSTOR-POOL-ALL-PODS-PENDING": { pools: [3] },
      "TCID-IUOD20": { pools: [1] },
      "TCID-IUOD21": { pools: [2] },
      "TCID-IUOD22": { pools: [2] },
      "TCID-IUOD18": { pools: [1] },
      "TCID-IUOD19": { pools: [1, 1] },
    },
  });

  test("one request upgrades three pools", plan("TCID-IUOD08", { day: 2, priority: 1 }), async ({ upgrade, older: { pool } }) => {
    const claim = await upgrade.start(await upgrade.poolUpgradeByPods([pool]));
    expect(await upgrade.finish(claim)).toEqual(["Success", "Success", "Success"]);
    expect(await upgrade.poolVersions(pool)).toEqual([upgrade.target]);
  });

  for (const { what, of, chosen, details } of [
    { what: "one instance of a pool cluster is", of: 2, chosen: 1, details: plan("TCID-IUOD09", { day: 2, priority: 1 }) },
    { what: "two of three instances of a pool cluster are", of: 3, chosen: 2, details: plan("TCID-IUOD10", { day: 2, priority: 0 }) },
  ]) {
    test(`${what} upgraded without the rest`, details, async ({ upgrade, older: { pool } }) => {
      const names = [...(await upgrade.instanceVersions(pool)).keys()];
      expect(names).toHaveLength(of);
      const instances = names.slice(0, chosen);
      await upgrade.finish(await upgrade.start(await upgrade.poolUpgrade([pool], { instances })));
      const expected = names.map((name) => [name, [instances.includes(name) ? upgrade.target : upgrade.base]] as const);
      expect(await upgrade.instanceVersions(pool)).toEqual(new Map(expected));
    });
  }

  test(
    "pools of two pool clusters are upgraded together",
    plan("TCID-IUOD11", { day: 2, priority: 1 }),
    async ({ upgrade, older: { pools } }) => {
      expect(pools).toHaveLength(2);
      await upgrade.pools(pools);
      for (const pool of pools) expect(await upgrade.poolVersions(pool)).toEqual([upgrade.target]);
    },
  );

  test(
    "with all three pool pods up the pools of an application are upgraded",
    plan("TCID-DIR-OP-UPGRADE-CSTOR-POOL-ALL-PODS-RUNNING", { day: 2, priority: 1 }),
    async ({ upgrade, older: { pool, application } }) => {
      expect(await upgrade.pools([pool])).toEqual(["Success", "Success", "Success"]);
      expect(await upgrade.poolVersions(pool)).toEqual([upgrade.target]);
      expect(await upgrade.replicaStates(application)).toEqual([["Running", "Running", "Running"]]);
    },
  );

  for (const { of, down, details } of [
    { of: 3, down: 1, details: plan("TCID-DIR-OP-UPGRADE-CSTOR-POOL-ONE-POD-PENDING", { day: 2, priority: 1 }) },
    { of: 3, down: 2, details: plan("TCID-IUOD25", { day: 2, priority: 2 }) },
    { of: 3, down: 3, details: plan("TCID-DIR-OP-UPGRADE-CSTOR-POOL-ALL-PODS-PENDING", { day: 2, priority: 2 }) },
    { of: 1, down: 1, details: plan("TCID-IUOD20", { day: 2, priority: 1 }) },
    { of: 2, down: 1, details: plan("TCID-IUOD21", { day: 2, priority: 1 }) },
    { of: 2, down: 2, details: plan("TCID-IUOD22", { day: 2, priority: 2 }) },
  ]) {
    test(`with pool pods down, ${down} of ${of}, no pool is upgraded`, details, async ({ upgrade, older: { pool } }) => {
      expect(pool.devices).toHaveLength(of);
      const mend = await upgrade.breakPods(pool, down);
      expect(await upgrade.ask(await upgrade.poolUpgradeByPods([pool]))).toBeRefused(405);
      await mend();
      expect(await upgrade.poolVersions(pool)).toEqual([upgrade.base]);
      // It is taken only where nothing of the refused one is under way.
      await upgrade.pools([pool]);
    });
  }

  test(
    "a pool that is being upgraded is not upgraded twice",
    plan("TCID-IUOD18", { day: 2, priority: 2, assumption: "A-UPGRADE-TWICE" }),
    async ({ upgrade, older: { pool } }) => {
      const claim = await upgrade.poolUpgrade([pool]);
      const first = await upgrade.start(claim);
      expect(await upgrade.ask(claim)).toBeRefused();
      expect(await upgrade.finish(first)).toEqual(["Success"]);
      expect(await upgrade.poolVersions(pool)).toEqual([upgrade.target]);
    },
  );

  test("while one pool is upgraded another may be", plan("TCID-IUOD19", { day: 2, priority: 1 }), async ({ upgrade, older: { pools } }) => {
    expect(pools).toHaveLength(2);
    const claims = await Promise.all(pools.map((pool) => upgrade.poolUpgrade([pool])));
    const started = await Promise.all(claims.map((claim) => upgrade.start(claim)));
    for (const id of started) expect(await upgrade.finish(id)).toEqual(["Success"]);
    for (const pool of pools) expect(await upgrade.poolVersions(pool)).toEqual([upgrade.target]);
  });
});
