import { expect, notYet, plan, probes, reached, test, waitUntil, type Bed } from "@kubera-e2e/fixtures";

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

test.use({ state: "openebs", disturbs: true });

test(
  "recommendations are empty, not an error, while NDM is away",
  plan("TCID-DIR-OP-CSTOR-POOL-RECOMMEND-LIST-NO-NDM", { day: 2, priority: 1 }),
  async ({ bed, project }) => {
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
    await selectNodes(bed, { "e2e.kubera/nowhere": "true" });
    await ndmPodsGone(bed);
    expect(await ask()).toEqual({ capacities: [], devices: [] });
    await selectNodes(bed, { "e2e.kubera/nowhere": null });
    await bed.member.until(probes.daemonSetReady({ namespace: NDM.namespace, name: NDM.name }));
    await ask();
  },
);
