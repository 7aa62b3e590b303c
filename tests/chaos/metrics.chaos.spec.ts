import { expect, plan, test, type Bed } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

const killed = (cluster: Bed["server"], namespace: string, names: readonly string[]): Promise<void> =>
  cluster.killUntilReady(names.map((name) => ({ kind: "Deployment", namespace, name })));

test.describe("metrics", { tag: "@disruptive" }, () => {
  test(
    "arrive again after cortex-agent was killed, while the cluster stays active",
    plan("TCID-DIR-CHAOS-AGENT-KILL-CORTEX-AGENT", { day: 2, priority: 1, assumption: "A-METRICS-SERIES" }),
    async ({ apps, bed, keepsakes, observation, release }) => {
      const { capacity } = await apps.onHostpath();
      await observation.series(capacity);
      const { seen } = await keepsakes.link();
      await killed(bed.member, release.agents.namespace, ["cortex-agent"]);
      await observation.advances(capacity);
      expect(await seen.steady(bed.intervals.clusterActive)).toEqual([]);
    },
  );

  test(
    "are written again after each pod on their way was killed, and those of before are read again",
    plan("TCID-DIR-CHAOS-KILL-CORTEX-WRITE", { day: 2, priority: 1, assumption: "A-METRICS-SERIES" }),
    async ({ apps, bed, keepsakes, observation }) => {
      const { capacity } = await apps.onHostpath();
      await observation.series(capacity);
      const seen = await keepsakes.sample("Cassandra");
      await killed(bed.server, bed.directorNamespace, ["distributor", "ingester", "table-manager", "memcached"]);
      await observation.advances(capacity);
      const outages = await seen.steady(bed.intervals.directorReady);
      expect(seen.longestMs, JSON.stringify(outages)).toBeLessThanOrEqual(120_000);
    },
  );
});
