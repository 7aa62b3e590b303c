import { clusterReaches, expect, KINDS, openebsJobDone, plan, probes, test, type Bed } from "@kubera-e2e/fixtures";

const AGENTS = "maya-system";

const nodeLabels = async (bed: Bed): Promise<unknown> =>
  (await bed.member.kube.list(KINDS.node)).map(({ metadata }) => [metadata.name, metadata.labels]);

const openebsVersions = async (bed: Bed): Promise<string[]> => {
  const pods = await bed.member.kube.list(KINDS.pod, { namespace: "openebs", labelSelector: "openebs.io/version" });
  return [...new Set(pods.map(({ metadata }) => metadata.labels?.["openebs.io/version"] ?? ""))];
};

test.describe("on a connected cluster", () => {
  test.use({ state: "openebs" });

  test(
    "a read-only admin sees all of it and changes nothing",
    plan("TCID-DIR-TEAMING-ACCESS-READADMIN", { day: 1, priority: 0, row: "connected cluster" }),
    async ({ bed, project, projectTeam }) => {
      const reader = await projectTeam.join("ProjectReadAdmin");
      const id = await project.idOf(bed.member);
      const record = await project.activeOpenEBS(id);
      const labels = await nodeLabels(bed);
      const group = `/v3/groups/${project.id}`;
      const [node] = await reader.group.nodes({ clusterId: id });
      const number = node?.id.split("n").at(-1) ?? "";
      const changes = [
        { path: `${group}/clusters/${id}`, method: "DELETE" },
        {
          path: `${group}/openebses/${record.id}/?action=selectopenebsnodes`,
          method: "POST",
          body: { controlPlaneNodes: [number], dataPlaneNodes: [] },
        },
        { path: `${group}/openebses/${record.id}/?action=openebsinstall`, method: "POST", body: { yaml: record.installationManifest } },
      ] as const;
      for (const change of changes) expect.soft(await reader.director.request(change), change.path).toBeRefused();
      expect(await reader.group.cluster(id)).toMatchObject({ state: "active" });
      expect(await reader.group.openebses({ clusterId: id, state: "active" })).toMatchObject([{ id: record.id }]);
      expect(await nodeLabels(bed)).toEqual(labels);
      expect(await bed.member.kube.get({ ...KINDS.namespace, name: AGENTS })).toBeDefined();
    },
  );

  test(
    "a plain member sees nothing of it",
    plan("TCID-DIR-TEAMING-ACCESS-MEMBER", { day: 1, priority: 1, row: "connected cluster" }),
    async ({ bed, project, projectTeam }) => {
      const member = await projectTeam.join("ProjectMember");
      const id = await project.idOf(bed.member);
      const group = `/v3/groups/${project.id}`;
      const paths = [
        `${group}/clusters/${id}`,
        `${group}/clusters/${id}/nodes`,
        `/k8s/groups/${project.id}/clusters/${id}/api/v1/namespaces`,
      ];
      for (const path of paths) expect.soft(await member.director.request({ method: "GET", path }), path).toBeRefused();
    },
  );
});

test.describe("with a cluster to connect", () => {
  test.use({ disturbs: true });

  test("an admin connects it, after a read-only admin could not", plan("TCID-TRRC01", { day: 1, priority: 1 }), async ({ bed, team }) => {
    const [admin, reader] = [await team.join("ProjectAdmin"), await team.join("ProjectReadAdmin")];
    const { id: groupId, projectId } = team.project;
    const cluster = { name: "team-cluster", projectId, provider: "konvoy" };
    const refused = await reader.director.request({ method: "POST", path: `/v3/groups/${groupId}/clusters`, form: cluster });
    expect(refused).toBeRefused();
    expect(await team.project.clusters()).toEqual([]);
    const pace = { group: admin.group, deadlineMs: bed.intervals.clusterActive, intervalMs: bed.intervals.poll };
    const { id } = await admin.group.registerCluster(cluster);
    const { registrationToken } = await clusterReaches(pace, id, "inactive");
    const manifests = await admin.director.registrationManifests(registrationToken?.clusterCommand ?? "");
    for (const manifest of manifests) await bed.member.kube.apply(manifest);
    await clusterReaches(pace, id, "active");
    expect(await bed.member.kube.get({ ...KINDS.namespace, name: AGENTS })).toBeDefined();
    const nodes = (await reader.group.nodes({ clusterId: id, state: "active" })).map(({ name }) => name);
    expect(nodes.toSorted(), "whom the read-only admin may look at").toEqual([...bed.member.nodes].toSorted());
  });

  test(
    "an admin upgrades its OpenEBS, after a read-only admin could not",
    plan("TCID-DIR-TEAMING-ACCESS-ADMIN", { day: 1, priority: 1, row: "upgrade" }),
    async ({ bed, director, project, projectTeam, release }) => {
      const { supportedBaseVersions: [base = ""] = [], targetVersion = "" } = (await director.upgradeMatrix()) ?? {};
      const clusterId = await bed.connect(bed.member);
      await bed.installOpenEBS(bed.member, { version: base });
      const { id } = await project.activeOpenEBS(clusterId);
      const [admin, reader] = [await projectTeam.join("ProjectAdmin"), await projectTeam.join("ProjectReadAdmin")];
      const path = `/v3/groups/${project.id}/openebses/${id}/?action=upgradecontrolplane`;
      expect(await reader.director.request({ method: "POST", path, body: { upgradeVersion: targetVersion } })).toBeRefused();
      expect(await openebsVersions(bed)).toEqual([base]);
      const job = await admin.group.upgradeControlPlane(id, targetVersion);
      await openebsJobDone({ group: admin.group, deadlineMs: bed.intervals.openebsReady, intervalMs: bed.intervals.poll }, job.id);
      const { namespace, components } = release.openebs;
      await bed.member.until(probes.openebsReady({ namespace, components, version: targetVersion }), bed.intervals.openebsReady);
      expect(await openebsVersions(bed)).toEqual([targetVersion]);
    },
  );
});
