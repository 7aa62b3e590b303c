import { expect, plan, probes, test, type Bed } from "@kubera-e2e/fixtures";
import type { KeepsakeOf, Keepsakes, WorkloadName } from "@kubera-e2e/fixtures/disruption";

/** For how long users may miss what lies in a store, once it was hit. */
const OUTAGE_MS = 180_000;

const WORKLOADS = { MySQL: "mysql", Cassandra: "cassandra", Elasticsearch: "od-elasticsearch-logging" } as const;
const STORES = Object.keys(WORKLOADS) as readonly KeepsakeOf[];

const workloadOf = (bed: Bed, store: KeepsakeOf): WorkloadName => ({
  kind: "StatefulSet",
  namespace: bed.directorNamespace,
  name: WORKLOADS[store],
});

const allOf = (bed: Bed): readonly WorkloadName[] => STORES.map((store) => workloadOf(bed, store));

const untilReady = async (bed: Bed, workloads: readonly WorkloadName[]): Promise<void> => {
  for (const workload of workloads) await bed.server.until(probes.workloadReady(workload), bed.intervals.directorReady);
};

/** Something in each store, and a look at all of it while something is done. */
const keptThrough = async (bed: Bed, keepsakes: Keepsakes, disrupt: () => Promise<void>): Promise<void> => {
  const seen = await Promise.all(STORES.map((store) => keepsakes.sample(store)));
  await disrupt();
  await untilReady(bed, allOf(bed));
  for (const one of seen) {
    const outages = await one.steady(bed.intervals.directorReady);
    expect.soft(one.longestMs, `${one.what}: ${JSON.stringify(outages)}`).toBeLessThanOrEqual(OUTAGE_MS);
  }
};

test.use({ state: "openebs" });

const KILLED = [
  {
    details: plan("TCID-DIR-CHAOS-KILL-CASSANDRA", { day: 2, priority: 1, assumption: "A-METRICS-SERIES" }),
    what: "Cassandra",
    store: "Cassandra",
    workloads: ["cassandra"],
    outageMs: 180_000,
  },
  {
    details: plan("TCID-DIR-CHAOS-KILL-OD-ELASTICSEARCH", { day: 2, priority: 1, assumption: "A-LOGS-REST" }),
    what: "Elasticsearch",
    store: "Elasticsearch",
    workloads: ["od-elasticsearch-logging"],
    outageMs: 180_000,
  },
  {
    details: plan("TCID-DIR-CHAOS-KILL-CONSUL", { day: 2, priority: 1, assumption: "A-METRICS-SERIES" }),
    what: "Consul",
    store: "Cassandra",
    workloads: ["consul"],
    outageMs: 180_000,
  },
  {
    details: plan("TCID-DIR-CHAOS-KILL-CORTEX-READ", { day: 2, priority: 1, assumption: "A-METRICS-SERIES" }),
    what: "the way on which metrics are read",
    store: "Cassandra",
    workloads: ["querier", "configs", "ruler"],
    outageMs: 120_000,
  },
] as const;

test.describe("what users left is read again after a kill of", { tag: "@disruptive" }, () => {
  for (const { details, what, store, workloads, outageMs } of KILLED) {
    test(what, details, async ({ bed, keepsakes, release }) => {
      const namespace = bed.directorNamespace;
      const hit = release.workloads.filter(({ name }) => workloads.some((one) => one === name));
      const seen = await keepsakes.sample(store);
      await bed.server.killUntilReady(
        hit.map(({ kind, name }) => ({ kind, namespace, name })),
        bed.intervals.directorReady,
      );
      const outages = await seen.steady(bed.intervals.directorReady);
      expect(seen.longestMs, JSON.stringify(outages)).toBeLessThanOrEqual(outageMs);
      expect(hit).toHaveLength(workloads.length);
    });
  }
});

test.describe("what users left in every store is read again after", { tag: "@disruptive" }, () => {
  test(
    "an eviction of each store",
    plan("TCID-DIR-CHAOS-EVICT-STORES", { day: 2, priority: 1, assumption: "A-LOGS-REST" }),
    async ({ bed, keepsakes }) => {
      await keptThrough(bed, keepsakes, async () => {
        for (const workload of allOf(bed)) await bed.server.evict(workload);
      });
    },
  );

  test(
    "each node of a store was drained in its turn",
    plan("TCID-DIR-CHAOS-DRAIN-NODE", { day: 2, priority: 1, assumption: "A-LOGS-REST" }),
    async ({ bed, keepsakes }) => {
      await keptThrough(bed, keepsakes, async () => {
        for (const node of await bed.server.nodesOf(allOf(bed))) {
          await bed.server.drain(node);
          await bed.server.uncordon(node);
          await untilReady(bed, allOf(bed));
        }
      });
    },
  );

  test(
    "each node of a store lost its power in its turn",
    plan("TCID-DIR-CHAOS-REBOOT-NODE", { day: 2, priority: 1, assumption: "A-LOGS-REST" }),
    async ({ bed, keepsakes }) => {
      await keptThrough(bed, keepsakes, async () => {
        for (const node of await bed.server.nodesOf(allOf(bed))) {
          await bed.reboot(bed.server, node);
          await untilReady(bed, allOf(bed));
        }
      });
    },
  );
});

const CUT_OFF = [
  {
    details: plan("TCID-DIR-CHAOS-CUT-OFF-MYSQL", { day: 2, priority: 1 }),
    store: "MySQL",
    untouched: [],
  },
  {
    details: plan("TCID-DIR-CHAOS-CUT-OFF-CASSANDRA", { day: 2, priority: 1, assumption: "A-METRICS-SERIES" }),
    store: "Cassandra",
    untouched: ["MySQL", "Elasticsearch"],
  },
  {
    details: plan("TCID-DIR-CHAOS-CUT-OFF-OD-ELASTICSEARCH", { day: 2, priority: 1, assumption: "A-LOGS-REST" }),
    store: "Elasticsearch",
    untouched: ["MySQL", "Cassandra"],
  },
] as const;

test.describe("a store that was cut off from all others is read again:", { tag: "@disruptive" }, () => {
  for (const { details, store, untouched } of CUT_OFF) {
    test(store, details, async ({ bed, keepsakes }) => {
      const seen = await keepsakes.sample(store);
      const others = await Promise.all(untouched.map((other) => keepsakes.sample(other)));
      const workload = workloadOf(bed, store);
      await bed.server.cutOff(workload);
      await seen.interrupted(bed.intervals.directorReady);
      await bed.server.mend(workload);
      await seen.steady(Math.min(OUTAGE_MS, bed.intervals.directorReady));
      for (const other of others) expect.soft(await other.steady(bed.intervals.directorReady), other.what).toEqual([]);
    });
  }
});
