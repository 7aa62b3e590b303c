import { expect, plan, probes, test, type Bed } from "@kubera-e2e/fixtures";
import {
  firstOfEachNode,
  groupedBy,
  newName,
  recommendedDevices,
  stripeOf,
  type Device,
  type Pool,
  type Pools,
} from "@kubera-e2e/fixtures/pools";

test.use({ state: "openebs" });

const STRIPE = { raidType: "stripe", groupDeviceCount: 1 } as const;
const MIRROR = { raidType: "mirror", groupDeviceCount: 2 } as const;
const RAIDZ = { raidType: "raidz", groupDeviceCount: 3 } as const;
const RAIDZ2 = { raidType: "raidz2", groupDeviceCount: 6 } as const;

type Recommendation = Awaited<ReturnType<Pools["recommended"]>>;

/** The recommended devices of each node as the cluster shows them. */
const shownDevices = async (pools: Pools, recommendation: Recommendation): Promise<readonly (readonly [string, readonly Device[]])[]> => {
  const devices = await pools.devices();
  return [...recommendedDevices(recommendation)].map(([node, names]) => [node, names.flatMap((name) => devices.get(name) ?? [])]);
};

const bytesOf = (devices: readonly Device[]): number => devices.reduce((sum, { bytes }) => sum + bytes, 0);

/** Sizes of the free devices of each group, smallest first. */
const sizesByGroup = async (pools: Pools): Promise<ReadonlyMap<string, readonly number[]>> => {
  const groups = groupedBy(await pools.freeDevices(), ({ group }) => group);
  return new Map([...groups].map(([group, devices]) => [group, [...new Set(devices.map(({ bytes }) => bytes))].toSorted((a, b) => a - b)]));
};

/** A device group of which no node has more than one free device, with that device's size. */
const groupOfSingles = async (pools: Pools): Promise<{ readonly group: string; readonly bytes: number } | undefined> => {
  const groups = groupedBy(await pools.freeDevices(), ({ group }) => group);
  const singles = [...groups.values()].find((devices) => firstOfEachNode(devices).length === devices.length);
  return singles?.reduce((largest, device) => (device.bytes > largest.bytes ? device : largest));
};

test.describe("a recommendation", () => {
  for (const raid of [STRIPE, MIRROR, RAIDZ, RAIDZ2]) {
    test(
      `says of which devices a ${raid.raidType} can be made`,
      plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-LIST", { day: 0, priority: 0, row: raid.raidType }),
      async ({ pools }) => {
        const alike = groupedBy(await pools.freeDevices(), ({ group, node, bytes }) => JSON.stringify([group, node, bytes]));
        const enough = [...alike.values()].filter((devices) => devices.length >= raid.groupDeviceCount);
        const groups = new Set(enough.flat().map(({ group }) => group));
        expect(groups.size).toBeGreaterThan(0);
        expect(await pools.capacities(raid)).toEqual([...groups].toSorted());
      },
    );
  }

  for (const { raid, details } of [
    { raid: STRIPE, details: plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-LIST-STRIPE", { day: 0, priority: 0 }) },
    { raid: MIRROR, details: plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-LIST-MIRROR", { day: 0, priority: 1 }) },
    { raid: RAIDZ, details: plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-LIST-RAIDZ", { day: 0, priority: 1 }) },
  ]) {
    test(`names free devices for a ${raid.raidType} on every worker`, details, async ({ bed, pools }) => {
      const free = new Set((await pools.freeDevices()).map(({ name }) => name));
      const [group = ""] = await pools.capacities(raid);
      expect(group).not.toBe("");
      const shown = await shownDevices(pools, await pools.recommended({ raid, group }));
      expect(shown.map(([node]) => node).toSorted()).toEqual(bed.member.workers.toSorted());
      for (const [node, devices] of shown) {
        expect(devices).toHaveLength(raid.groupDeviceCount);
        expect(devices.filter((device) => device.node !== node || device.group !== group || !free.has(device.name))).toEqual([]);
      }
    });
  }

  test("names no more devices than make the wanted capacity", plan("TCID-CPRE02", { day: 0, priority: 0 }), async ({ pools }) => {
    const [[group, [smallest = 0]] = ["", []]] = await sizesByGroup(pools);
    const wanted = 2.5 * smallest;
    const shown = await shownDevices(pools, await pools.recommended({ raid: STRIPE, group, capacity: String(wanted) }));
    expect(shown.length).toBeGreaterThan(0);
    for (const [, devices] of shown) {
      expect(bytesOf(devices)).toBeGreaterThanOrEqual(wanted);
      expect(bytesOf(devices.slice(1))).toBeLessThan(wanted);
    }
  });

  test("takes devices of one size, the largest below what is wanted", plan("TCID-PPCP07", { day: 0, priority: 1 }), async ({ pools }) => {
    const unequal = [...(await sizesByGroup(pools))].find(([, sizes]) => sizes.length > 1);
    test.skip(unequal === undefined, "no device group of this bed has disks of unequal size");
    const [group, sizes] = unequal ?? ["", []];
    for (const size of sizes) {
      const shown = await shownDevices(pools, await pools.recommended({ raid: STRIPE, group, capacity: String(1.2 * size) }));
      expect(new Set(shown.flatMap(([, devices]) => devices.map(({ bytes }) => bytes)))).toEqual(new Set([size]));
    }
  });

  test("keeps kinds of disks apart", plan("TCID-PPCP08", { day: 0, priority: 2 }), async ({ pools }) => {
    const groups = [...(await sizesByGroup(pools)).keys()];
    test.skip(groups.length < 2, "this bed has disks of one kind");
    for (const group of groups) {
      const shown = await shownDevices(pools, await pools.recommended({ raid: STRIPE, group }));
      expect(new Set(shown.flatMap(([, devices]) => devices.map((device) => device.group)))).toEqual(new Set([group]));
    }
  });

  test("is empty beyond the only disk of a node", plan("TCID-PPCP06", { day: 0, priority: 1 }), async ({ pools }) => {
    const singles = await groupOfSingles(pools);
    test.skip(singles === undefined, "every kind of disk is there more than once on a node of this bed");
    const { group = "", bytes = 0 } = singles ?? {};
    expect(await pools.recommend({ raid: STRIPE, group, capacity: String(bytes + 1) })).toBeUndefined();
    expect(await pools.recommend({ raid: STRIPE, group, capacity: String(bytes) })).toBeDefined();
  });

  for (const { raidType, devices } of [
    { raidType: "raid5", devices: 2 },
    { raidType: "Stripe", devices: 2 },
    { raidType: "", devices: 2 },
    { raidType: "mirror", devices: 3 },
    { raidType: "raidz", devices: 2 },
    { raidType: "raidz2", devices: 4 },
  ]) {
    const row = `${raidType || "empty"} of ${devices}`;
    test(
      `is refused for the RAID type "${raidType}" and groups of ${devices}`,
      plan("TCID-PPCP12", { day: 0, priority: 2, row, assumption: "A-RAID-INVALID" }),
      async ({ director, project, pools }) => {
        const [recommendation] = await project.pools.recommendations();
        const path = `/v3/groups/${project.id}/recommendations/${recommendation?.id}/?action=getdevicerecommendation`;
        const ask = (raidGroupConfig: object) => {
          const body = { clusterId: pools.clusterId, poolCapacity: "1G", poolName: "none", raidGroupConfig };
          return director.request({ method: "POST", path, body });
        };
        expect((await ask(MIRROR)).status).toBe(200);
        expect(await ask({ raidType, groupDeviceCount: devices })).toBeRefused();
      },
    );
  }
});

test.describe("a pool that Director makes", () => {
  for (const { raid, details } of [
    { raid: STRIPE, details: plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-CREATE-STRIPE", { day: 0, priority: 0 }) },
    { raid: MIRROR, details: plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-CREATE-MIRROR", { day: 0, priority: 1 }) },
    { raid: RAIDZ, details: plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-CREATE-RAIDZ", { day: 0, priority: 2 }) },
    { raid: RAIDZ2, details: plan("TCID-PPCP04", { day: 0, priority: 2 }) },
  ]) {
    test(`as ${raid.raidType} is Online on every worker`, details, async ({ bed, pools }) => {
      const pool = await pools.create({ raid });
      expect(pool.devices).toHaveLength(bed.member.workers.length * raid.groupDeviceCount);
      await expect(bed.member).toReach(probes.poolOnline(pool));
      expect((await pools.entries(pool)).map(({ poolConfig }) => poolConfig.dataRaidGroupType)).toEqual(
        bed.member.workers.map(() => raid.raidType),
      );
      expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
      expect(await pools.claims(pool.devices)).toEqual(["Claimed"]);
    });
  }

  test("may be as large as the only disk of each node", plan("TCID-PPCP05", { day: 0, priority: 1 }), async ({ bed, pools }) => {
    const singles = await groupOfSingles(pools);
    test.skip(singles === undefined, "every kind of disk is there more than once on a node of this bed");
    const { group = "", bytes = 0 } = singles ?? {};
    const recommendation = await pools.recommended({ raid: STRIPE, group, capacity: String(bytes) });
    for (const [, devices] of await shownDevices(pools, recommendation)) expect(devices.map((device) => device.bytes)).toEqual([bytes]);
    const pool = await pools.create(recommendation);
    expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
  });

  test("may be of other disks than recommended", plan("TCID-PPCP09", { day: 0, priority: 1 }), async ({ bed, pools }) => {
    const recommendation = await pools.recommended({ raid: MIRROR });
    const recommended = [...recommendedDevices(recommendation).values()].flat();
    const others = groupedBy(
      (await pools.freeDevices()).filter(({ name }) => !recommended.includes(name)),
      ({ node }) => node,
    );
    const poolInstances = recommendation.spec.poolInstances.map((instance) => {
      const dataDevices = (others.get(instance.node.name) ?? []).slice(0, MIRROR.groupDeviceCount).map(({ name }) => ({ name }));
      return { ...instance, blockDevices: { ...instance.blockDevices, dataDevices } };
    });
    const pool = await pools.create({ ...recommendation, spec: { ...recommendation.spec, poolInstances } });
    expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
    expect(await pools.claims(pool.devices)).toEqual(["Claimed"]);
    expect(await pools.claims(recommended)).toEqual(["Unclaimed"]);
  });

  test("has devices that nobody is recommended any more", plan("TCID-PPCP10", { day: 0, priority: 1 }), async ({ pools }) => {
    const recommendation = await pools.recommended({ raid: STRIPE });
    const pool = await pools.create(recommendation);
    const next = recommendedDevices(await pools.recommended({ raid: STRIPE }));
    expect([...next.keys()].toSorted()).toEqual([...recommendedDevices(recommendation).keys()].toSorted());
    expect([...next.values()].flat().filter((name) => pool.devices.includes(name))).toEqual([]);
  });

  test(
    "is not made of devices that another has",
    plan("TCID-CSPC-POOL-CREATION-WITH-CLAIMED-BLOCKDEVICE", { day: 0, priority: 1, assumption: "A-POOL-DEVICE-TAKEN" }),
    async ({ bed, project, pools }) => {
      const recommendation = await pools.recommended({ raid: STRIPE });
      const first = await pools.create(recommendation);
      const name = newName("late");
      const late = { ...recommendation, metadata: { name, namespace: first.namespace } };
      await expect(project.pools.create(pools.clusterId, late)).rejects.toThrow(/DIRECTOR_REFUSED.* 4\d\d /);
      await expect(bed.member.object(pools.object({ ...first, name }).ref)).toBeGone();
      expect(await pools.states(first)).toEqual(bed.member.workers.map(() => "Online"));
    },
  );

  test(
    "can be made again of the devices of one that is gone",
    plan("TCID-BLOCKDEVICE-REUSABILITY-VERIFY", { day: 2, priority: 2 }),
    async ({ bed, pools }) => {
      const recommendation = await pools.recommended({ raid: STRIPE });
      const first = await pools.create(recommendation);
      await pools.delete(first);
      await pools.untilFree(first.devices);
      const again = await pools.create({ ...recommendation, metadata: { name: newName("again"), namespace: first.namespace } });
      expect(again.devices).toEqual(first.devices);
      expect(await pools.states(again)).toEqual(bed.member.workers.map(() => "Online"));
    },
  );
});

const MADE = {
  byDirector: (pools: Pools) => pools.create({ raid: STRIPE }),
  byHand: async (pools: Pools) => pools.applyPoolCluster(firstOfEachNode(await pools.freeDevices())),
  asClaim: async (pools: Pools) => pools.applyStoragePoolClaim(firstOfEachNode(await pools.freeDevices())),
} as const;

test.describe("without volumes", () => {
  for (const { what, make, details } of [
    {
      what: "Director's pool cluster",
      make: MADE.byDirector,
      details: plan("TCID-DIR-OP-DELETE-CSPC-WITH-NO-VOLUME", { day: 2, priority: 1 }),
    },
    {
      what: "a pool cluster that Director did not make",
      make: MADE.byHand,
      details: plan("TCID-DIR-OP-DELETE-EXTERNAL-CSPC-WITH-NO-VOLUME", { day: 2, priority: 1 }),
    },
    {
      what: "a StoragePoolClaim",
      make: MADE.asClaim,
      details: plan("TCID-DIR-OP-DELETE-SPC-WITH-NO-VOLUME", { day: 2, priority: 2 }),
    },
  ]) {
    test(`${what} is deleted and its disks are free`, details, async ({ pools }) => {
      const pool = await make(pools);
      expect(await pools.claims(pool.devices)).toEqual(["Claimed"]);
      await pools.delete(pool);
      await expect(pools.object(pool)).toBeGone();
      await pools.untilFree(pool.devices);
      expect(await pools.podStates(pool)).toEqual([]);
    });
  }
});

type Volume = Awaited<ReturnType<Pools["claimVolume"]>>;

const expectUntouched = async (bed: Bed, { pools, pool, volume }: { pools: Pools; pool: Pool; volume: Volume }): Promise<void> => {
  expect(await pools.podStates(pool)).toEqual(bed.member.workers.map(() => "Running"));
  // Director lists instances of pool clusters alone.
  expect(await pools.states(pool)).toEqual(pool.kind === "CStorPoolCluster" ? bed.member.workers.map(() => "Online") : []);
  expect(await pools.replicaPhases(volume)).toEqual(["Healthy", "Healthy", "Healthy"]);
  expect(await pools.claims(pool.devices)).toEqual(["Claimed"]);
};

test.describe("with a volume", () => {
  for (const { what, make, details } of [
    {
      what: "Director's pool cluster",
      make: MADE.byDirector,
      details: plan("TCID-DIR-OP-DELETE-CSPC-WITH-VOLUME", { day: 2, priority: 0 }),
    },
    {
      what: "a pool cluster that Director did not make",
      make: MADE.byHand,
      details: plan("TCID-DIR-OP-DELETE-EXTERNAL-CSPC-WITH-VOLUME", { day: 2, priority: 1 }),
    },
    {
      what: "a StoragePoolClaim",
      make: MADE.asClaim,
      details: plan("TCID-DIR-OP-DELETE-SPC-WITH-VOLUME", { day: 2, priority: 1 }),
    },
  ]) {
    test(`${what} is not deleted until the volume is gone`, details, async ({ bed, director, project, pools }) => {
      const pool = await make(pools);
      const volume = await pools.claimVolume(pool, 3);
      const path = `/v3/groups/${project.id}/cstorpooloperations`;
      expect(await director.request({ method: "POST", path, body: pools.deletionOf(pool) })).toBeRefused(405);
      await expect(pools.object(pool)).not.toBeGone({ deadlineMs: 500 });
      await expectUntouched(bed, { pools, pool, volume });
      await pools.dropVolume(volume);
      await pools.delete(pool);
      await expect(pools.object(pool)).toBeGone();
    });
  }
});

test(
  "Kubernetes too does not delete a pool cluster until its volume is gone",
  plan("TCID-CSPC-POOL-DELETION-WITH-VOLUME", { day: 2, priority: 1, assumption: "A-POOL-CLUSTER-DELETE" }),
  async ({ bed, pools }) => {
    const pool = await MADE.byHand(pools);
    const volume = await pools.claimVolume(pool, 3);
    const { ref } = pools.object(pool);
    await expect(bed.member.kube.delete(ref)).rejects.toThrow(/KUBE_REFUSED/);
    expect((await bed.member.kube.get(ref))?.metadata.deletionTimestamp).toBeUndefined();
    await expectUntouched(bed, { pools, pool, volume });
    await pools.dropVolume(volume);
    await bed.member.kube.delete(ref);
    await expect(pools.object(pool)).toBeGone();
    await pools.untilFree(pool.devices);
  },
);

test.describe("a pool cluster that is changed", () => {
  test("takes further disks", plan("TCID-CSPC-POOL-EXPANSION", { day: 2, priority: 1 }), async ({ bed, pools }) => {
    const pool = await pools.create({ raid: STRIPE });
    const further = groupedBy(await pools.freeDevices(), ({ node }) => node);
    const entries = await pools.entries(pool);
    const larger = entries.map((entry) => {
      const device = further.get(entry.nodeSelector["kubernetes.io/hostname"] ?? "")?.[0];
      return { ...entry, dataRaidGroups: [...entry.dataRaidGroups, ...(device === undefined ? [] : stripeOf(device).dataRaidGroups)] };
    });
    await pools.change(pool, larger);
    const added = larger.flatMap(({ dataRaidGroups }) => dataRaidGroups.slice(1)).flatMap(({ blockDevices }) => blockDevices);
    expect(added).toHaveLength(bed.member.workers.length);
    expect(await pools.claims(added.map(({ blockDeviceName }) => blockDeviceName))).toEqual(["Claimed"]);
    expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
  });

  test("reaches one more node", plan("TCID-CSPC-POOL-SCALEUP", { day: 2, priority: 1 }), async ({ bed, pools }) => {
    const [last, ...others] = firstOfEachNode(await pools.freeDevices());
    const pool = await pools.applyPoolCluster(others);
    expect(await pools.states(pool)).toEqual(others.map(() => "Online"));
    await pools.change(pool, [...(await pools.entries(pool)), ...(last === undefined ? [] : [stripeOf(last)])]);
    expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
    expect(await pools.claims([last?.name ?? ""])).toEqual(["Claimed"]);
  });

  test(
    "exchanges one disk of a mirror",
    plan("TCID-CSPC-POOL-BLOCKDEVICE-REPLACEMENT", { day: 2, priority: 1 }),
    async ({ bed, pools }) => {
      const pool = await pools.create({ raid: MIRROR });
      const [old = ""] = pool.devices;
      const place = (await pools.devices()).get(old);
      const spare = (await pools.freeDevices()).find(({ node, bytes }) => node === place?.node && bytes === place.bytes);
      const exchanged = JSON.stringify(await pools.entries(pool)).replaceAll(old, spare?.name ?? "");
      await pools.change(pool, JSON.parse(exchanged) as Awaited<ReturnType<Pools["entries"]>>);
      expect(await pools.claims([spare?.name ?? ""])).toEqual(["Claimed"]);
      await pools.untilFree([old]);
      expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
    },
  );
});
