import { expect, KINDS, openebsJobDone, plan, probes, test, type Bed } from "@kubera-e2e/fixtures";

const NAMESPACE = "openebs";
const VERSION_LABEL = "openebs.io/version";

const versionsOf = async (bed: Bed): Promise<string[]> => {
  const pods = await bed.member.kube.list(KINDS.pod, { namespace: NAMESPACE, labelSelector: VERSION_LABEL });
  return [...new Set(pods.map((pod) => pod.metadata.labels?.[VERSION_LABEL] ?? ""))].toSorted();
};

test.describe("refused", () => {
  test.use({ state: "openebs" });

  test(
    "a control plane does not move behind its data plane",
    plan("TCID-IUOC03", { day: 2, priority: 2 }),
    async ({ bed, director, project }) => {
      const clusterId = await project.idOf(bed.member);
      const [record] = await project.openebses({ clusterId, state: "active" });
      const before = await versionsOf(bed);
      const answer = await director.request({
        method: "POST",
        path: `/v3/groups/${project.id}/openebses/${record?.id}/?action=upgradecontrolplane`,
        body: { upgradeVersion: (await director.upgradeMatrix())?.supportedBaseVersions[0] },
      });
      expect(answer).toBeRefused(405);
      expect(await versionsOf(bed)).toEqual(before);
    },
  );
});

test.describe("installed by Director", () => {
  test.use({ state: "director", disturbs: true });

  test(
    "the control plane of OpenEBS is upgraded",
    plan("TCID-DIR-OP-OPENEBS-UPGRADE-CP", { day: 2, priority: 1 }),
    async ({ bed, director, project, release }) => {
      const matrix = await director.upgradeMatrix();
      const base = matrix?.supportedBaseVersions[0] ?? "";
      const clusterId = await bed.connect(bed.member);
      await bed.installOpenEBS(bed.member, { version: base });
      expect(await versionsOf(bed)).toEqual([base]);
      const [record] = await project.openebses({ clusterId, state: "active" });
      const job = await project.upgradeControlPlane(record?.id ?? "", matrix?.targetVersion ?? "");
      await openebsJobDone({ group: project, deadlineMs: bed.intervals.openebsReady, intervalMs: bed.intervals.poll }, job.id);
      for (const { kind, name } of release.openebs.components)
        await bed.member.until(probes.workloadReady({ kind, namespace: NAMESPACE, name }));
      expect(await versionsOf(bed)).toEqual([matrix?.targetVersion]);
    },
  );
});

test.describe("installed from its operator's YAML", () => {
  test.use({ state: "director", disturbs: true });

  test("the control plane of OpenEBS is not upgraded", plan("TCID-IUOC02", { day: 2, priority: 1 }), async ({ bed, director, project }) => {
    const clusterId = await bed.connect(bed.member);
    const matrix = await director.upgradeMatrix();
    const base = matrix?.supportedBaseVersions[0] ?? "";
    await bed.applyOpenEBS("operator", base);
    const record = await project.activeOpenEBS(clusterId);
    const answer = await director.request({
      method: "POST",
      path: `/v3/groups/${project.id}/openebses/${record.id}/?action=upgradecontrolplane`,
      body: { upgradeVersion: matrix?.targetVersion },
    });
    expect(answer).toBeRefused(422);
    expect(await versionsOf(bed)).toEqual([base]);
  });
});
