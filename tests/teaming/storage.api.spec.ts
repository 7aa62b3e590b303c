import { expect, plan, test } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

test(
  "a member of the project sees pools and applications of every cluster",
  plan("TCID-TRPA01", { day: 1, priority: 1, row: "ProjectReadAdmin", assumption: "A-APPLICATIONS" }),
  async ({ apps, bed, pools, project, projectTeam, release }) => {
    const app = await apps.onHostpath();
    const pool = await pools.create({ raid: { raidType: "stripe", groupDeviceCount: 1 } });
    const { group } = await projectTeam.join("ProjectReadAdmin");
    const ofMember = (await group.applications(pools.clusterId)).map(({ name }) => name);
    expect(ofMember).toContain(app.name);
    const ofServer = (await group.applications(await project.idOf(bed.server))).map(({ name }) => name);
    const deployed = release.workloads.filter(({ kind }) => kind !== "DaemonSet").map(({ name }) => name);
    expect(ofServer).toEqual(expect.arrayContaining(deployed));
    const seen = (await group.pools.storagePools(pools.clusterId)).filter(({ name }) => name.startsWith(`${pool.name}-`));
    expect(seen).toHaveLength(bed.member.workers.length);
  },
);
