import { clusterReaches, expect, KINDS, plan, test } from "@kubera-e2e/fixtures";

test.use({ state: "director" });

test(
  "the cluster that hosts Director is connected by itself",
  plan("TCID-DIR-CLUSTER-SELF-CONNECT", { day: 0, priority: 0 }),
  async ({ bed, kube, project }) => {
    const [self, ...others] = await project.clusters();
    expect(others).toEqual([]);
    expect(self).toMatchObject({ name: "OpenEBSDirector" });
    await clusterReaches(
      { group: project, deadlineMs: bed.intervals.clusterActive, intervalMs: bed.intervals.poll },
      self?.id ?? "",
      "active",
    );
    expect(await kube.server.get({ ...KINDS.namespace, name: "maya-system" })).toBeDefined();
  },
);

test.describe("a second cluster", () => {
  test.use({ disturbs: "briefly" });

  test("is registered and becomes active", plan("TCID-DIR-CLUSTER-CONNECT", { day: 0, priority: 0 }), async ({ bed, project }) => {
    const id = await bed.connect(bed.member);
    expect(await project.cluster(id)).toMatchObject({ state: "active" });
    const nodes = await project.nodes({ clusterId: id, state: "active" });
    expect(nodes.map((node) => node.name).toSorted()).toEqual([...bed.member.nodes].toSorted());
    await bed.disconnect();
  });

  test(
    "is announced when it connects",
    plan("TCID-DIR-ALERTS-CLUSTER-CONNECTED", { day: 2, priority: 0, assumption: "A-ALERT-NAMES" }),
    async ({ bed, observation, project }) => {
      const id = await bed.connect(bed.member);
      expect(await project.cluster(id)).toMatchObject({ state: "active" });
      const told = await observation.alert({ clusterId: id, name: "ClusterConnected" });
      expect(told).toMatchObject([{ annotations: { RESOURCE_NAME: bed.directorName(bed.member) }, acknowledged: false }]);
      const all = (await observation.alerts.list({ clusterId: id })).map(({ labels }) => labels.alertname);
      expect(all).not.toContain("ClusterDisconnected");
      await bed.disconnect();
    },
  );

  test(
    "stands beside Director's own in the Administrator's project, and in nobody else's",
    plan("TCID-DIR-CLUSTER-CONNECT-ADMIN", { day: 0, priority: 1 }),
    async ({ bed, people, project }) => {
      const own = await project.idOf(bed.server);
      const id = await bed.connect(bed.member);
      expect(id).not.toBe(own);
      expect(await project.cluster(id)).toMatchObject({ state: "active" });
      expect(await bed.member.kube.get({ ...KINDS.namespace, name: "maya-system" })).toBeDefined();
      const stranger = await people.signUp();
      expect(await stranger.own.clusters()).toEqual([]);
      await bed.disconnect();
    },
  );

  test(
    "is connected over what an earlier registration has left",
    plan("TCID-DIR-CLUSTER-CONNECT-STALE-NAMESPACE", { day: 0, priority: 2 }),
    async ({ bed, project, kube }) => {
      const namespace = "maya-system";
      const stale = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "stale", namespace } };
      await kube.member.apply({ ...KINDS.namespace, metadata: { name: namespace } });
      await kube.member.apply(stale);
      const id = await bed.connect(bed.member);
      expect(await project.cluster(id)).toMatchObject({ state: "active" });
      expect(await kube.member.get({ apiVersion: "v1", kind: "ConfigMap", name: "stale", namespace })).toBeUndefined();
      await bed.disconnect();
    },
  );
});
