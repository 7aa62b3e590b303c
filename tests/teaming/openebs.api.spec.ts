import { expect, openebsJobDone, plan, probes, test, type DirectorClient } from "@kubera-e2e/fixtures";

/** Reads of an upgrade: the claim, its jobs, and each of them. */
const readsOf = async (director: DirectorClient, group: string, claimId: string): Promise<readonly string[]> => {
  const claim = `${group}/openebsupgradeclaims/${claimId}`;
  const { body } = await director.request({ method: "GET", path: `${claim}/openebsupgradejobs` });
  const jobs = (body as { readonly data: readonly { readonly id: string }[] }).data;
  expect(jobs).not.toEqual([]);
  return [claim, `${claim}/openebsupgradejobs`, ...jobs.map(({ id }) => `${group}/openebsupgradejobs/${id}`)];
};

test.use({ state: "director", disturbs: true });

test(
  "an admin installs OpenEBS, after a read-only admin could not",
  plan("TCID-DIR-TEAMING-ACCESS-ADMIN", { day: 1, priority: 1, row: "installation" }),
  async ({ bed, project, projectTeam }) => {
    const clusterId = await bed.connect(bed.member);
    const [{ group }, reader] = [await projectTeam.join("ProjectAdmin"), await projectTeam.join("ProjectReadAdmin")];
    const [template] = await group.openebsTemplates();
    const { id: creatorId, projectId } = project;
    const wanted = { clusterId, creatorId, projectId, templateId: template?.id ?? "", namespace: "openebs" };
    const record = await group.createOpenebs(wanted);
    const nodes = (await group.nodes({ clusterId })).map(({ id }) => id);
    await group.selectOpenebsNodes(record.id, { controlPlaneNodes: nodes, dataPlaneNodes: nodes });
    const path = `/v3/groups/${project.id}/openebses/${record.id}/?action=openebsinstall`;
    expect(await reader.director.request({ method: "POST", path, body: { yaml: record.installationManifest } })).toBeRefused();
    expect(await project.openebses({ clusterId, state: "active" })).toEqual([]);
    const job = await group.installOpenebs(record.id, record.installationManifest);
    await openebsJobDone({ group, deadlineMs: bed.intervals.openebsReady, intervalMs: bed.intervals.poll }, job.id);
    expect(await project.openebses({ clusterId, state: "active" })).toMatchObject([{ id: record.id }]);
  },
);

test.describe("older than Director's newest", () => {
  test.use({ state: "openebs-base" });

  test(
    "an admin upgrades its control plane, after a read-only admin could not",
    plan("TCID-DIR-TEAMING-ACCESS-ADMIN", { day: 1, priority: 1, row: "upgrade" }),
    async ({ bed, project, projectTeam, release, upgrade }) => {
      const { id } = await project.activeOpenEBS(await project.idOf(bed.member));
      const [admin, reader] = [await projectTeam.join("ProjectAdmin"), await projectTeam.join("ProjectReadAdmin")];
      const path = `/v3/groups/${project.id}/openebses/${id}/?action=upgradecontrolplane`;
      const body = { upgradeVersion: upgrade.target };
      expect(await reader.director.request({ method: "POST", path, body })).toBeRefused();
      expect(await upgrade.controlPlaneVersions()).toEqual([upgrade.base]);
      const job = await admin.group.upgradeControlPlane(id, upgrade.target);
      await openebsJobDone({ group: admin.group, deadlineMs: bed.intervals.openebsReady, intervalMs: bed.intervals.poll }, job.id);
      const { namespace, components } = release.openebs;
      await bed.member.until(probes.openebsReady({ namespace, components, version: upgrade.target }), bed.intervals.openebsReady);
      expect(await upgrade.controlPlaneVersions()).toEqual([upgrade.target]);
    },
  );

  test(
    "an admin upgrades a data plane, which a read-only admin may only watch and a plain member may not",
    plan("TCID-DIR-TEAMING-ACCESS-ADMIN", { day: 1, priority: 1, row: "data plane" }),
    async ({ director, project, projectTeam, upgrade }) => {
      const application = await upgrade.newApplication([{ replicas: 1 }]);
      await upgrade.controlPlane();
      const admin = await projectTeam.join("ProjectAdmin");
      const reader = await projectTeam.join("ProjectReadAdmin");
      const member = await projectTeam.join("ProjectMember");
      const group = `/v3/groups/${project.id}`;
      const body = await upgrade.applicationUpgrade([application]);
      expect(await reader.director.request({ method: "POST", path: `${group}/openebsupgradeclaims`, body })).toBeRefused();
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.base]]);
      const claimId = await admin.group.upgrades.claim(body);
      expect(await upgrade.finish(claimId)).toEqual(["Success"]);
      expect(await upgrade.volumeVersions(application)).toEqual([[upgrade.target]]);
      for (const path of await readsOf(director, group, claimId)) {
        expect.soft((await reader.director.request({ method: "GET", path })).status, path).toBe(200);
        expect.soft(await member.director.request({ method: "GET", path }), path).toBeRefused();
        const elsewhere = path.replace(group, `/v3/groups/${member.own.id}`);
        expect.soft(await member.director.request({ method: "GET", path: elsewhere }), elsewhere).toBeRefused();
      }
    },
  );
});
