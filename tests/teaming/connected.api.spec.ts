import { clusterReaches, expect, KINDS, plan, probes, test, type Bed, type DirectorClient } from "@kubera-e2e/fixtures";

const AGENTS = "maya-system";
const STRIPE = { raidType: "stripe", groupDeviceCount: 1 } as const;

const nodeLabels = async (bed: Bed): Promise<unknown> =>
  (await bed.member.kube.list(KINDS.node)).map(({ metadata }) => [metadata.name, metadata.labels]);

type Group = ReturnType<DirectorClient["group"]>;

/** The newest of a list that only grows. */
const newest = async (director: DirectorClient, path: string): Promise<string> => {
  const { body } = await director.request({ method: "GET", path });
  return (body as { readonly data: readonly { readonly id: string }[] }).data.at(-1)?.id ?? "";
};

/** Reads of one resource each, of a project with a connected cluster. */
const readsOf = async (director: DirectorClient, project: Group, clusterId: string): Promise<readonly string[]> => {
  const group = `/v3/groups/${project.id}`;
  const [[node], [record]] = [await project.nodes({ clusterId }), await project.openebses({ clusterId, state: "active" })];
  const job = await newest(director, `${group}/openebsjobs`);
  expect([node, record, job]).not.toContain(undefined);
  return [
    `${group}/openebsjobs/${job}`,
    `${group}/clusters/${clusterId}`,
    `${group}/clusters/${clusterId}/nodes`,
    `${group}/nodes/${node?.id}`,
    `${group}/openebses/${record?.id}`,
    `/k8s/groups/${project.id}/clusters/${clusterId}/api/v1/namespaces`,
  ];
};

/** Path of an operation that makes a pool once somebody executes it. */
const preparedPool = async (
  director: DirectorClient,
  { id }: Group,
  { clusterId, input }: { readonly clusterId: string; readonly input: unknown },
): Promise<string> => {
  const path = `/v3/groups/${id}/cstorpooloperations`;
  const body = { clusterId, input: JSON.stringify(input), kind: "CreateCStorPoolCluster" };
  const answer = await director.request({ method: "POST", path, body });
  expect(answer).toMatchObject({ status: 201, body: { id: expect.any(String) } });
  return `${path}/${(answer.body as { readonly id: string }).id}`;
};

/** Questions for disks, which change nothing. */
const questionsOf = async (project: Group, clusterId: string) => {
  const [recommendation] = await project.pools.recommendations();
  const path = `/v3/groups/${project.id}/recommendations/${recommendation?.id}/`;
  const body = { clusterId, raidGroupConfig: STRIPE, deviceGroupName: "", poolCapacity: "1G", poolName: "asked" };
  return ["getcapacityrecommendation", "getdevicerecommendation"].map(
    (action) => ({ method: "POST", path, query: { action }, body }) as const,
  );
};

test.describe("on a connected cluster", () => {
  test.use({ state: "openebs" });

  test(
    "a read-only admin sees all of it and changes nothing",
    plan("TCID-DIR-TEAMING-ACCESS-READADMIN", { day: 1, priority: 0, row: "connected cluster" }),
    async ({ bed, director, pools, project, projectTeam }) => {
      const reader = await projectTeam.join("ProjectReadAdmin");
      const [id, other] = [await project.idOf(bed.member), await project.idOf(bed.server)];
      const operation = await preparedPool(director, project, { clusterId: id, input: await pools.recommended({ raid: STRIPE }) });
      for (const path of [...(await readsOf(director, project, id)), operation])
        expect.soft((await reader.director.request({ method: "GET", path })).status, path).toBe(200);
      for (const question of await questionsOf(project, id))
        expect.soft((await reader.director.request(question)).status, question.query.action).toBe(200);
      const record = await project.activeOpenEBS(id);
      const [labels, others] = [await nodeLabels(bed), await project.openebses({ clusterId: other })];
      const group = `/v3/groups/${project.id}`;
      const [node] = await reader.group.nodes({ clusterId: id });
      const number = node?.id.split("n").at(-1) ?? "";
      const [template] = await project.openebsTemplates();
      const input = JSON.stringify(await pools.recommended({ raid: STRIPE }));
      // Each is one that an admin could make: what is wrong with it is who asks.
      const changes = [
        { path: `${group}/openebses`, method: "POST", body: { clusterId: other, templateId: template?.id, projectId: project.projectId } },
        {
          path: `${group}/openebses/${record.id}/?action=selectopenebsnodes`,
          method: "POST",
          body: { controlPlaneNodes: [number], dataPlaneNodes: [number] },
        },
        { path: `${group}/openebses/${record.id}/?action=openebsinstall`, method: "POST", body: { yaml: record.installationManifest } },
        { path: `${group}/nodes/${node?.id}/?action=labelnodes`, method: "POST", body: { dataPlaneNode: false } },
        { path: `${group}/cstorpooloperations`, method: "POST", body: { clusterId: id, input, kind: "CreateCStorPoolCluster" } },
        { path: `${operation}/?action=execute`, method: "POST", body: {} },
        { path: `${group}/clusters/${id}`, method: "DELETE" },
      ] as const;
      for (const change of changes) expect.soft(await reader.director.request(change), change.path).toBeRefused();
      expect(await reader.group.cluster(id)).toMatchObject({ state: "active" });
      expect(await reader.group.openebses({ clusterId: id, state: "active" })).toMatchObject([{ id: record.id }]);
      expect(await project.openebses({ clusterId: other })).toEqual(others);
      expect(await nodeLabels(bed)).toEqual(labels);
      expect(await bed.member.kube.get({ ...KINDS.namespace, name: AGENTS })).toBeDefined();
    },
  );

  test(
    "a plain member sees nothing of it",
    plan("TCID-DIR-TEAMING-ACCESS-MEMBER", { day: 1, priority: 1, row: "connected cluster" }),
    async ({ bed, director, pools, project, projectTeam }) => {
      const member = await projectTeam.join("ProjectMember");
      const id = await project.idOf(bed.member);
      const operation = await preparedPool(director, project, { clusterId: id, input: await pools.recommended({ raid: STRIPE }) });
      for (const path of [...(await readsOf(director, project, id)), operation])
        expect.soft(await member.director.request({ method: "GET", path }), path).toBeRefused();
      for (const question of await questionsOf(project, id))
        expect.soft(await member.director.request(question), question.query.action).toBeRefused();
    },
  );

  test(
    "a stranger finds nothing of it, by way of his own project either",
    plan("TCID-DIR-AUTH-TEAM-ISOLATION", { day: 1, priority: 0, row: "connected cluster" }),
    async ({ bed, director, people, pools, project }) => {
      const { director: stranger, own } = await people.signUp();
      const id = await project.idOf(bed.member);
      const operation = await preparedPool(director, project, { clusterId: id, input: await pools.recommended({ raid: STRIPE }) });
      for (const path of [...(await readsOf(director, project, id)), operation])
        for (const tried of [path, path.replace(`/groups/${project.id}/`, `/groups/${own.id}/`)])
          expect.soft(await stranger.request({ method: "GET", path: tried }), tried).toBeRefused();
      for (const question of await questionsOf(project, id)) {
        const path = question.path.replace(`/groups/${project.id}/`, `/groups/${own.id}/`);
        expect.soft(await stranger.request({ ...question, path }), path).toBeRefused();
      }
    },
  );

  test(
    "an admin chooses its nodes and makes a pool on it",
    plan("TCID-DIR-TEAMING-ACCESS-ADMIN", { day: 1, priority: 1, row: "connected cluster", assumption: "A-NODE-RELABEL" }),
    async ({ bed, pools, project, projectTeam }) => {
      const { group } = await projectTeam.join("ProjectAdmin");
      const id = await project.idOf(bed.member);
      const labels = await nodeLabels(bed);
      const nodes = await group.nodes({ clusterId: id });
      const chosen = (label: string): string[] => nodes.filter((node) => node.labels?.[label] === "true").map(({ id }) => id);
      const [controlPlaneNodes, dataPlaneNodes] = [chosen("mayadata.io/control-plane"), chosen("mayadata.io/data-plane")];
      expect([controlPlaneNodes, dataPlaneNodes]).not.toContainEqual([]);
      await group.selectOpenebsNodes((await project.activeOpenEBS(id)).id, { controlPlaneNodes, dataPlaneNodes });
      await group.labelNode(dataPlaneNodes[0] ?? "", { dataPlaneNode: true });
      expect(await nodeLabels(bed), "chosen as they were").toEqual(labels);
      const pool = await pools.create(await pools.recommended({ raid: STRIPE }), group.pools);
      expect(await pools.states(pool)).toEqual(bed.member.workers.map(() => "Online"));
    },
  );
});

test.describe("with a cluster to connect", () => {
  test.use({ state: "director", disturbs: "briefly" });

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
    await admin.group.deleteCluster(id);
    await bed.member.until(probes.namespaceGone(AGENTS), bed.intervals.clusterActive);
    const outside = manifests.filter(({ kind, metadata }) => metadata.namespace === undefined && kind !== "Namespace");
    for (const { apiVersion, kind, metadata } of outside) await bed.member.kube.delete({ apiVersion, kind, name: metadata.name });
  });
});
