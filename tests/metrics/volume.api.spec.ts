import { expect, KINDS, plan, test } from "@kubera-e2e/fixtures";
import { jobOf } from "@kubera-e2e/fixtures/observe";
import type { Pools } from "@kubera-e2e/fixtures/pools";

test.use({ state: "openebs" });

const STRIPE = { raidType: "stripe", groupDeviceCount: 1 } as const;
const REPLICAS = 3;

const makePool = (pools: Pools) => pools.create({ raid: STRIPE });

/** Name of the claim of a new volume. */
const makeVolume = async (pools: Pools): Promise<string> => (await pools.claimVolume(await makePool(pools), REPLICAS)).claim.name;

const ofClaim = (series: string, claim: string): string => `${series}{openebs_pvc="${claim}"}`;

test(
  "a query knows the size of a volume, and answers nobody without the project's key",
  plan("TCID-DIR-METRICS-VOLUME-QUERY", { day: 1, priority: 0, assumption: "A-METRICS-SERIES" }),
  async ({ director, observation, pools, release }) => {
    const claim = await makeVolume(pools);
    const query = ofClaim("openebs_size_of_volume", claim);
    const [size] = await observation.series(query);
    expect(size).toMatchObject({ value: 1, labels: { openebs_pvc: claim, job: jobOf(pools.clusterId) } });
    const request = { method: "GET", path: release.routes["metricsQuery"] ?? "", query: { query } } as const;
    expect(await director.anonymous().request(request)).toBeRefused(401);
  },
);

const DETAILS = [
  { series: "openebs_size_of_volume", value: 1 },
  { series: "openebs_total_replica_count", value: REPLICAS },
  { series: "openebs_healthy_replica_count", value: REPLICAS },
  { series: "openebs_degraded_replica_count", value: 0 },
  { series: "openebs_sector_size", value: expect.any(Number) as unknown },
  { series: "openebs_reads", value: expect.any(Number) as unknown },
  { series: "openebs_writes", value: expect.any(Number) as unknown },
  { series: "openebs_actual_used", value: expect.any(Number) as unknown },
] as const;

test(
  "a volume has all its series, from replicas to sectors",
  plan("TCID-DIR-METRICS-VOLUME-DETAIL", { day: 2, priority: 1, assumption: "A-METRICS-SERIES" }),
  async ({ observation, pools }) => {
    const claim = await makeVolume(pools);
    await observation.reaches(ofClaim("openebs_healthy_replica_count", claim), REPLICAS);
    for (const { series, value } of DETAILS)
      expect.soft(await observation.metrics.query(ofClaim(series, claim)), series).toMatchObject([{ value }]);
  },
);

test(
  "a cluster's figure is the sum of its volumes'",
  plan("TCID-DIR-METRICS-CLUSTER-AGGREGATE", { day: 2, priority: 1, assumption: "A-METRICS-SERIES" }),
  async ({ observation, pools }) => {
    const pool = await makePool(pools);
    const claims = [(await pools.claimVolume(pool, 1)).claim.name, (await pools.claimVolume(pool, REPLICAS)).claim.name];
    const ofCluster = `openebs_total_replica_count{job="${jobOf(pools.clusterId)}",openebs_pvc=~"${claims.join("|")}"}`;
    const volumes = await observation.series(ofCluster, claims.length);
    expect(new Set(volumes.map(({ value }) => value))).toEqual(new Set([1, REPLICAS]));
    expect(await observation.metrics.query(`sum(${ofCluster})`)).toMatchObject([{ value: 1 + REPLICAS }]);
  },
);

test(
  "an application on hostpath has the capacity of its volume",
  plan("TCID-DIR-METRICS-HOSTPATH-APP", { day: 1, priority: 1, assumption: "A-METRICS-SERIES" }),
  async ({ apps, bed, observation, project }) => {
    const app = await apps.onHostpath();
    const [capacity] = await observation.series(app.capacity);
    expect(capacity?.labels).toMatchObject({ namespace: app.namespace, job: jobOf(await project.idOf(bed.member)) });
    expect(capacity?.value).toBeGreaterThanOrEqual(2 * 1024 ** 3);
  },
);

test(
  "a project's figures hold all its clusters",
  plan("TCID-DIR-METRICS-PROJECT-AGGREGATE", { day: 2, priority: 2, assumption: "A-METRICS-SERIES" }),
  async ({ apps, bed, observation, project }) => {
    const app = await apps.onHostpath();
    const capacity = "kubelet_volume_stats_capacity_bytes";
    await observation.series(`${capacity}{persistentvolumeclaim="${app.name}"}`);
    const found = await observation.series(`count by (job) (${capacity})`, bed.clusters.length);
    const jobs = await Promise.all(bed.clusters.map(async (cluster) => jobOf(await project.idOf(cluster))));
    expect(found.map(({ labels }) => labels["job"] ?? "").toSorted()).toEqual(jobs.toSorted());
  },
);

test.describe("without cortex-agent", () => {
  test.use({ disturbs: "briefly" });

  test(
    "metrics end, and they go on when it is back",
    plan("TCID-DIR-METRICS-AGENT-GAP", { day: 2, priority: 1, assumption: "A-METRICS-AGENT" }),
    async ({ apps, bed, observation, release }) => {
      const { capacity: query } = await apps.onHostpath();
      const agent = { ...KINDS.deployment, namespace: release.agents.namespace, name: "cortex-agent" };
      await observation.series(query);
      await bed.member.kube.patch(agent, { spec: { replicas: 0 } });
      await observation.noSeries(query);
      await bed.member.kube.patch(agent, { spec: { replicas: 1 } });
      await observation.series(query);
    },
  );
});
