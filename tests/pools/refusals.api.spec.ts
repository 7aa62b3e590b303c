import { expect, plan, test } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

const STRIPE = { raidType: "stripe", groupDeviceCount: 1 } as const;

for (const { what, change } of [
  { what: "no cluster", change: { clusterId: undefined } },
  { what: "no RAID group", change: { raidGroupConfig: undefined } },
  { what: "no capacity", change: { poolCapacity: undefined } },
  { what: "no capacity above zero", change: { poolCapacity: "0" } },
]) {
  test(
    `a recommendation is refused for a question with ${what}`,
    plan("TCID-PPCP12", { day: 0, priority: 2, row: what, assumption: "A-ERROR-STATUS" }),
    async ({ director, project, pools }) => {
      const [recommendation] = await project.pools.recommendations();
      const path = `/v3/groups/${project.id}/recommendations/${recommendation?.id}/?action=getdevicerecommendation`;
      const question = { clusterId: pools.clusterId, poolCapacity: "1G", poolName: "none", raidGroupConfig: STRIPE };
      expect((await director.request({ method: "POST", path, body: question })).status).toBe(200);
      expect(await director.request({ method: "POST", path, body: { ...question, ...change } })).toBeRefused();
    },
  );
}

test(
  "a recommendation is refused for a question that nobody takes",
  plan("TCID-PPCP12", { day: 0, priority: 2, row: "unknown", assumption: "A-ERROR-STATUS" }),
  async ({ director, project, pools }) => {
    const path = `/v3/groups/${project.id}/recommendations/1r999999/?action=getdevicerecommendation`;
    const body = { clusterId: pools.clusterId, poolCapacity: "1G", poolName: "none", raidGroupConfig: STRIPE };
    expect(await director.request({ method: "POST", path, body })).toBeRefused();
  },
);

test(
  "a pool is not made by an operation that is incomplete, or of a name that is taken",
  plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-CREATE-STRIPE", { day: 0, priority: 0, row: "refused", assumption: "A-ERROR-STATUS" }),
  async ({ bed, director, project, pools }) => {
    const path = `/v3/groups/${project.id}/cstorpooloperations`;
    const ask = (body: object) => director.request({ method: "POST", path, body });
    const whole = {
      clusterId: pools.clusterId,
      input: JSON.stringify(await pools.recommended({ raid: STRIPE })),
      kind: "CreateCStorPoolCluster",
    };
    for (const change of [
      { clusterId: undefined },
      { input: undefined },
      { input: "a pool" },
      { input: "{}" },
      { kind: undefined },
      { kind: "CreateGarden" },
    ])
      expect.soft(await ask({ ...whole, ...change }), JSON.stringify(change)).toBeRefused();
    const { body } = await ask(whole);
    const execute = { method: "POST", path: `${path}/${(body as { readonly id: string }).id}/?action=execute`, body: {} } as const;
    const pool = await pools.create(await pools.recommended({ raid: STRIPE }));
    const { metadata: _, ...next } = await pools.recommended({ raid: STRIPE });
    const namesake = { ...next, metadata: { name: pool.name, namespace: pool.namespace } };
    await expect(project.pools.create(pools.clusterId, namesake)).rejects.toThrow(/DIRECTOR_REFUSED.* 4\d\d /);
    expect(await director.request(execute), "of devices that the pool has").toBeRefused();
    const { body: operations } = await director.request({ method: "GET", path });
    const done = (operations as { readonly data: readonly { readonly id: string; readonly state: string }[] }).data.find(
      ({ state }) => state === "success",
    );
    expect(done, "the operation that made the pool").toBeDefined();
    expect(await director.request({ ...execute, path: `${path}/${done?.id}/?action=execute` }), "what was done before").toBeRefused();
    expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
  },
);

test(
  "a pool is not deleted by an operation that names none",
  plan("TCID-DIR-OP-DELETE-CSPC-WITH-NO-VOLUME", { day: 2, priority: 1, row: "refused", assumption: "A-ERROR-STATUS" }),
  async ({ bed, director, project, pools }) => {
    const pool = await pools.create({ raid: STRIPE });
    const deletion = pools.deletionOf(pool);
    const path = `/v3/groups/${project.id}/cstorpooloperations`;
    for (const input of [
      undefined,
      pool.name,
      { ...deletion.input, name: undefined },
      { ...deletion.input, name: "nobody" },
      { ...deletion.input, version: "v0" },
    ])
      expect.soft(await director.request({ method: "POST", path, body: { ...deletion, input } }), JSON.stringify(input)).toBeRefused();
    expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
    expect(await pools.claims(pool.devices)).toEqual(["Claimed"]);
  },
);
