import { expect, KINDS, plan, test, type Bed } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

/** For how long nobody may read alerts, once what they pass was killed. */
const OUTAGE_MS = 120_000;

const WAY = ["elastalert", "alertmanager", "alertstore", "alertstore-tablemanager"] as const;

const scaleAgent = (bed: Bed, replicas: number) =>
  bed.member.kube.patch({ ...KINDS.deployment, namespace: "maya-system", name: "maya-io-agent" }, { spec: { replicas } });

test.describe("alerts", { tag: "@disruptive" }, () => {
  test(
    "arrive again after each pod on their way was killed, and those of before are read again",
    plan("TCID-DIR-CHAOS-KILL-ALERTING", { day: 2, priority: 1, assumption: "A-ALERTS-PARTS" }),
    async ({ bed, observation, project }) => {
      const clusterId = await project.idOf(bed.member);
      const [connected] = await observation.alert({ clusterId, name: "ClusterConnected" });
      const seen = bed.sample("an alert of before is read", async () => {
        const known = await observation.alerts.list({ clusterId });
        return known.some(({ id }) => id === connected?.id) ? undefined : `it is none of ${known.length}`;
      });
      const workloads = WAY.map((name) => ({ kind: "Deployment", namespace: bed.directorNamespace, name }) as const);
      await bed.server.killUntilReady(workloads, bed.intervals.directorReady);
      await scaleAgent(bed, 0);
      await observation.alert({ clusterId, name: "ClusterDisconnected" });
      await scaleAgent(bed, 1);
      const outages = await seen.steady(bed.intervals.directorReady);
      expect(seen.longestMs, JSON.stringify(outages)).toBeLessThanOrEqual(OUTAGE_MS);
    },
  );
});
