import { clusterReaches, expect, KINDS, plan, probes, test, type Bed } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

const AGENTS = "maya-system";

const scaleAgents = async (bed: Bed, names: readonly string[], replicas: number): Promise<void> => {
  for (const name of names) await bed.member.kube.patch({ ...KINDS.deployment, namespace: AGENTS, name }, { spec: { replicas } });
};

/** The cluster is active with the first of its agents; the others are felt by whoever comes next. */
const agentsReturn = async (bed: Bed, names: readonly string[]): Promise<void> => {
  await scaleAgents(bed, names, 1);
  for (const name of names) await bed.member.until(probes.deploymentAvailable({ namespace: AGENTS, name }));
};

test(
  "every agent runs on a connected cluster",
  plan("TCID-DIR-CLUSTER-AGENTS-RUNNING", { day: 0, priority: 0 }),
  async ({ bed, release }) => {
    expect(release.agents.namespace).toBe(AGENTS);
    for (const name of release.agents.components) await bed.member.until(probes.deploymentAvailable({ namespace: AGENTS, name }));
  },
);

test.describe("a connected cluster", () => {
  test.use({ disturbs: "briefly" });

  test(
    "goes offline with its agents and comes back with them",
    plan("TCID-DIR-CLUSTER-OFFLINE-RECOVER", { day: 2, priority: 1 }),
    async ({ bed, project, release }) => {
      const wait = { group: project, deadlineMs: bed.intervals.clusterActive, intervalMs: bed.intervals.poll };
      const id = await project.idOf(bed.member);
      await scaleAgents(bed, release.agents.components, 0);
      await clusterReaches(wait, id, "offline");
      await agentsReturn(bed, release.agents.components);
      await clusterReaches(wait, id, "active");
    },
  );

  test(
    "that is lost is told apart from one that is there and one that never came",
    plan("TCID-DIR-CLUSTER-STATUS-LIST", { day: 1, priority: 1 }),
    async ({ bed, project, release }) => {
      const wait = { group: project, deadlineMs: bed.intervals.clusterActive, intervalMs: bed.intervals.poll };
      const waiting = await project.registerCluster({ name: "never-came", projectId: project.projectId, provider: "others" });
      await clusterReaches(wait, waiting.id, "inactive");
      const lost = await project.idOf(bed.member);
      await scaleAgents(bed, release.agents.components, 0);
      await clusterReaches(wait, lost, "offline");
      const states = Object.fromEntries((await project.clusters()).map(({ id, state }) => [id, state.toLowerCase()]));
      expect(states).toEqual({ [await project.idOf(bed.server)]: "active", [waiting.id]: "inactive", [lost]: "offline" });
      await project.deleteCluster(waiting.id);
      await agentsReturn(bed, release.agents.components);
      await clusterReaches(wait, lost, "active");
    },
  );

  test(
    "is announced when it is lost",
    plan("TCID-DIR-ALERTS-CLUSTER-DISCONNECTED", { day: 2, priority: 0, assumption: "A-ALERT-NAMES" }),
    async ({ bed, observation, project, release }) => {
      const id = await project.idOf(bed.member);
      const besides = await observation.alerts.list({ clusterId: id });
      await scaleAgents(bed, release.agents.components, 0);
      const told = await observation.alert({ clusterId: id, name: "ClusterDisconnected", besides });
      expect(told).toMatchObject([{ annotations: { RESOURCE_NAME: bed.directorName(bed.member) } }]);
      expect(await project.cluster(id)).toMatchObject({ state: "offline" });
      await agentsReturn(bed, release.agents.components);
      await clusterReaches({ group: project, deadlineMs: bed.intervals.clusterActive, intervalMs: bed.intervals.poll }, id, "active");
    },
  );
});

test.describe("a cluster that is not wanted any more", () => {
  test.use({ disturbs: true });

  test(
    "leaves no record and no agents when it is disconnected",
    plan("TCID-DIR-CLUSTER-DISCONNECT", { day: 2, priority: 0, assumption: "A-CLUSTER-DELETE" }),
    async ({ bed, project }) => {
      const id = await project.idOf(bed.member);
      await project.deleteCluster(id);
      expect((await project.clusters()).map((cluster) => cluster.id)).not.toContain(id);
      await bed.member.until(probes.namespaceGone(AGENTS), bed.intervals.clusterActive);
    },
  );
});
