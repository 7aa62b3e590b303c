import { expect, plan, test } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

const STRIPE = { raidType: "stripe", groupDeviceCount: 1 } as const;

test(
  "each workload that was deployed is an application with its own volumes",
  plan("TCID-DIR-CLUSTER-INVENTORY-APPLICATIONS", { day: 1, priority: 0, assumption: "A-APPLICATIONS" }),
  async ({ apps, bed, project }) => {
    const deployed = [await apps.onHostpath(), await apps.onHostpath()];
    const known = await project.applications(await project.idOf(bed.member));
    for (const { name, namespace, pods, volume } of deployed) {
      const own = known.filter((application) => application.name === name);
      expect(own).toMatchObject([{ namespace, data: { pods: pods.map((pod) => ({ name: pod, volumes: [{ name: volume }] })) } }]);
    }
  },
);

test(
  "pool instances are known with state and version",
  plan("TCID-DIR-CLUSTER-INVENTORY-POOLS", { day: 1, priority: 1 }),
  async ({ bed, pools, project, release }) => {
    const pool = await pools.create({ raid: STRIPE });
    expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
    expect(await pools.podStates(pool)).toEqual(bed.member.workers.map(() => "Running"));
    const known = (await project.pools.storagePools(pools.clusterId)).filter(({ name }) => name.startsWith(`${pool.name}-`));
    expect(known.map(({ data }) => data.version)).toEqual(bed.member.workers.map(() => release.openebs.templates[0]));
  },
);

test(
  "volumes are known with state, size, engine and user",
  plan("TCID-DIR-CLUSTER-INVENTORY-VOLUMES", { day: 1, priority: 1, assumption: "A-VOLUMES" }),
  async ({ apps, pools, project }) => {
    const app = await apps.onHostpath();
    const { claim } = await pools.claimVolume(await pools.create({ raid: STRIPE }), 3);
    const known = await project.volumes(pools.clusterId);
    const local = { claim: app.name, name: app.volume, state: "Healthy", size: "2Gi", engine: "local", usedBy: app.pods };
    expect(known.filter((volume) => volume.claim === app.name)).toMatchObject([local]);
    const replicated = { claim: claim.name, state: "Healthy", size: "1Gi", engine: "cstor", usedBy: [] };
    expect(known.filter((volume) => volume.claim === claim.name)).toMatchObject([replicated]);
  },
);
