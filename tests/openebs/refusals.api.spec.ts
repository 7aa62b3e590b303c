import { expect, KINDS, plan, test } from "@kubera-e2e/fixtures";

test.describe("on a cluster that is not connected", () => {
  test(
    "OpenEBS is not installed",
    plan("TCID-DIR-OP-INSTALL-OPENEBS", { day: 0, priority: 0, row: "not connected", assumption: "A-ERROR-STATUS" }),
    async ({ people, project }) => {
      const { director: owner, own } = await people.signUp();
      const { id: clusterId } = await own.registerCluster({ name: "never-connected", projectId: own.projectId, provider: "others" });
      const [template] = await project.openebsTemplates();
      expect(template).toBeDefined();
      const body = { clusterId, creatorId: own.id, projectId: own.projectId, templateId: template?.id, namespace: "openebs" };
      expect(await owner.request({ method: "POST", path: `/v3/groups/${own.id}/openebses`, body })).toBeRefused();
      expect(await own.openebses({ clusterId })).toEqual([]);
    },
  );
});

test.describe("on a connected cluster", () => {
  test.use({ state: "director", disturbs: true });

  test(
    "OpenEBS is not installed by a request that is incomplete or names what is not there",
    plan("TCID-DIR-OP-INSTALL-OPENEBS", { day: 0, priority: 0, row: "refused", assumption: "A-ERROR-STATUS" }),
    async ({ bed, director, project, release }) => {
      const clusterId = await bed.connect(bed.member);
      const templates = await project.openebsTemplates();
      const [newest, template] = [templates[0], templates.at(-1)];
      const [node] = await project.nodes({ clusterId });
      expect(node).toBeDefined();
      const group = `/v3/groups/${project.id}`;
      const { id: creatorId, projectId } = project;
      const { namespace } = release.openebs;
      const whole = { clusterId, creatorId, projectId, templateId: template?.id ?? "", namespace };
      const ask = (path: string, body: object) => director.request({ method: "POST", path: `${group}${path}`, body });
      for (const change of [{ clusterId: undefined }, { templateId: undefined }, { templateId: "1t999999" }])
        expect.soft(await ask("/openebses", { ...whole, ...change }), JSON.stringify(change)).toBeRefused();
      const { id } = await project.createOpenebs(whole);
      const nodes = { controlPlaneNodes: [node?.id], dataPlaneNodes: [node?.id] };
      for (const change of [{ controlPlaneNodes: undefined }, { controlPlaneNodes: [] }, { dataPlaneNodes: ["999999"] }])
        expect
          .soft(await ask(`/openebses/${id}/?action=selectopenebsnodes`, { ...nodes, ...change }), JSON.stringify(change))
          .toBeRefused();
      for (const planes of [{}, { dataPlaneNode: "perhaps" }])
        expect.soft(await ask(`/nodes/${node?.id}/?action=labelnodes`, planes), JSON.stringify(planes)).toBeRefused();
      for (const yaml of [undefined, "kind: [", "kind: Garden"])
        expect.soft(await ask(`/openebses/${id}/?action=openebsinstall`, { yaml }), String(yaml)).toBeRefused();
      const upgrade = await ask(`/openebses/${id}/?action=upgradecontrolplane`, { upgradeVersion: newest?.version });
      expect.soft(upgrade, "of what is not installed").toBeRefused();
      const planes = ["control", "data"].map((plane) => `mayadata.io/${plane}-plane`);
      const labelled = (await bed.member.kube.list(KINDS.node)).filter(({ metadata }) =>
        planes.some((plane) => metadata.labels?.[plane] !== undefined),
      );
      expect(labelled).toEqual([]);
      expect(await project.openebses({ clusterId }), "a record and no installation").toMatchObject([{ id }]);
      expect(await bed.member.kube.get({ ...KINDS.namespace, name: namespace })).toBeUndefined();
    },
  );
});
