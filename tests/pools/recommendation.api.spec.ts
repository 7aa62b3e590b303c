import { expect, notYet, plan, probes, reached, test, waitUntil, type Bed } from "@kubera-e2e/fixtures";
import { recommendedDevices, type Pools } from "@kubera-e2e/fixtures/pools";

const NDM = { apiVersion: "apps/v1", kind: "DaemonSet", namespace: "openebs", name: "openebs-ndm" } as const;

const selectNodes = (bed: Bed, nodeSelector: Record<string, string | null>) =>
  bed.member.kube.patch(NDM, { spec: { template: { spec: { nodeSelector } } } });

const ndmPodsGone = (bed: Bed): Promise<true> =>
  waitUntil({
    what: "no pod of NDM is left",
    deadlineMs: bed.intervals.openebsReady,
    intervalMs: bed.intervals.poll,
    probe: async () => {
      const pods = await bed.member.kube.list(
        { apiVersion: "v1", kind: "Pod" },
        { namespace: NDM.namespace, labelSelector: "openebs.io/component-name=ndm" },
      );
      return pods.length === 0 ? reached(true as const) : notYet(`${pods.length} are there`);
    },
  });

const place = (bed: Bed, affinity: object | null) => bed.member.kube.patch(NDM, { spec: { template: { spec: { affinity } } } });

const keepNdmOff = (bed: Bed, node: string) => {
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "NotIn", values: [node] }];
  const nodeAffinity = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } };
  return place(bed, { nodeAffinity });
};

/** NDM is rolled out anew, node by node: their devices come and go meanwhile. */
const untilStorageIsOn = async ({ bed, pools, nodes }: { readonly bed: Bed; readonly pools: Pools; readonly nodes: readonly string[] }) => {
  await bed.member.until(probes.daemonSetReady({ namespace: NDM.namespace, name: NDM.name }));
  await waitUntil({
    what: `the devices of ${nodes.join(", ")} alone are Active`,
    deadlineMs: bed.intervals.openebsReady,
    intervalMs: bed.intervals.poll,
    probe: async () => {
      const active = new Set([...(await pools.devices()).values()].flatMap(({ node, isActive }) => (isActive ? node : [])));
      return [...active].toSorted().join() === nodes.toSorted().join() ? reached(true as const) : notYet([...active].join(", "));
    },
  });
};

test.use({ state: "openebs", disturbs: "briefly" });

test(
  "recommendations are empty, not an error, while NDM is away",
  plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-LIST-NO-NDM", { day: 2, priority: 1 }),
  async ({ bed, pools, project }) => {
    const clusterId = await project.idOf(bed.member);
    const [recommendation] = await project.pools.recommendations();
    const raidGroupConfig = { raidType: "stripe", groupDeviceCount: 1 } as const;
    const ask = async () => ({
      capacities: await project.pools.capacities(recommendation?.id ?? "", { clusterId, raidGroupConfig }),
      devices: await project.pools.devices(recommendation?.id ?? "", {
        clusterId,
        raidGroupConfig,
        deviceGroupName: "",
        poolCapacity: "1G",
        poolName: "rec-list",
      }),
    });
    await pools.freeDevices();
    expect((await ask()).devices).not.toEqual([]);
    await selectNodes(bed, { "e2e.kubera/nowhere": "true" });
    await ndmPodsGone(bed);
    expect(await ask()).toEqual({ capacities: [], devices: [] });
    await selectNodes(bed, { "e2e.kubera/nowhere": null });
    await untilStorageIsOn({ bed, pools, nodes: bed.member.workers });
    expect((await ask()).devices).not.toEqual([]);
  },
);

test("recommendations leave out a node that has left storage", plan("TCID-PPCP11", { day: 0, priority: 2 }), async ({ bed, pools }) => {
  const nodes = async () => {
    const found = await pools.recommend({ raid: { raidType: "stripe", groupDeviceCount: 1 } });
    return found === undefined ? [] : [...recommendedDevices(found).keys()].toSorted();
  };
  await pools.freeDevices();
  expect(await nodes()).toEqual(bed.member.workers.toSorted());
  const [outside = "", ...others] = bed.member.workers;
  await keepNdmOff(bed, outside);
  await untilStorageIsOn({ bed, pools, nodes: others });
  expect(await nodes()).toEqual(others.toSorted());
  await place(bed, null);
  await untilStorageIsOn({ bed, pools, nodes: bed.member.workers });
});
