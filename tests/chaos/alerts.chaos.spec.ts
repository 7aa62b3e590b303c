import { expect, KINDS, plan, test, type Bed } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

/** `outageMs`: how long users may miss the alerts of before; 0: not for one sample. */
const KILLED = [
  {
    details: plan("TCID-DIR-CHAOS-KILL-ALERTING", { day: 2, priority: 1, assumption: "A-ALERTS-PARTS" }),
    what: "each pod on their way",
    workloads: ["elastalert", "alertmanager", "alertstore", "alertstore-tablemanager"],
    outageMs: 120_000,
  },
  {
    // The settings themselves are not asked for: the chart gives this database no volume to keep them on.
    details: plan("TCID-DIR-CHAOS-KILL-CONFIGS-DB", { day: 2, priority: 1, assumption: "A-ALERTS-PARTS" }),
    what: "the database with Cortex' settings",
    workloads: ["configs-db"],
    outageMs: 0,
  },
] as const;

const scaleAgent = (bed: Bed, replicas: number) =>
  bed.member.kube.patch({ ...KINDS.deployment, namespace: "maya-system", name: "maya-io-agent" }, { spec: { replicas } });

test.describe("alerts arrive again, and those of before are read again, after a kill of", { tag: "@disruptive" }, () => {
  for (const { details, what, workloads, outageMs } of KILLED) {
    test(what, details, async ({ bed, observation, project }) => {
      const clusterId = await project.idOf(bed.member);
      const [connected] = await observation.alert({ clusterId, name: "ClusterConnected" });
      const seen = bed.sample("an alert of before is read", async () => {
        const known = await observation.alerts.list({ clusterId });
        return known.some(({ id }) => id === connected?.id) ? undefined : `it is none of ${known.length}`;
      });
      const hit = workloads.map((name) => ({ kind: "Deployment", namespace: bed.directorNamespace, name }) as const);
      await bed.server.killUntilReady(hit, bed.intervals.directorReady);
      const besides = await observation.alerts.list({ clusterId });
      await scaleAgent(bed, 0);
      await observation.alert({ clusterId, name: "ClusterDisconnected", besides });
      await scaleAgent(bed, 1);
      const outages = await seen.steady(bed.intervals.directorReady);
      expect(seen.longestMs, JSON.stringify(outages)).toBeLessThanOrEqual(outageMs);
    });
  }
});
