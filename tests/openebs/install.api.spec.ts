import { expect, KINDS, plan, probes, test } from "@kubera-e2e/fixtures";

test.describe("on a connected cluster", () => {
  test.use({ state: "director", disturbs: true });

  test("Director installs OpenEBS", plan("TCID-DIR-OP-INSTALL-OPENEBS", { day: 0, priority: 0 }), async ({ bed, project, release }) => {
    const clusterId = await bed.connect(bed.member);
    await bed.installOpenEBS(bed.member);
    const { namespace, components } = release.openebs;
    for (const { kind, name } of components) await bed.member.until(probes.workloadReady({ kind, namespace, name }));
    expect(await project.openebses({ clusterId, state: "active" })).toHaveLength(1);
    const agents = await bed.member.kube.list(KINDS.pod, { namespace, labelSelector: "openebs.io/component-name=ndm" });
    const chosen = await bed.member.kube.list(KINDS.node, { labelSelector: "mayadata.io/control-plane=true" });
    expect(agents.length, "one node agent for each node chosen for the control plane").toBe(chosen.length);
  });
});

test.describe("where OpenEBS is installed", () => {
  test.use({ state: "openebs" });

  test(
    "a second installation is refused",
    plan("TCID-DIR-OP-RE-INSTALL-OPENEBS", { day: 0, priority: 1 }),
    async ({ bed, director, project }) => {
      const clusterId = await project.idOf(bed.member);
      const before = await project.openebses({ clusterId });
      const [template] = await project.openebsTemplates();
      const answer = await director.request({
        method: "POST",
        path: `/v3/groups/${project.id}/openebses`,
        body: { clusterId, creatorId: project.id, projectId: project.projectId, templateId: template?.id, namespace: "openebs" },
      });
      expect(answer).toBeRefused(405);
      expect(await project.openebses({ clusterId })).toEqual(before);
    },
  );
});
