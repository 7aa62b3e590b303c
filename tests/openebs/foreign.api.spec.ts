import { expect, KINDS, plan, test } from "@kubera-e2e/fixtures";

/** Versions that Director offers, newest first. */
type Offered = readonly string[];

const FOREIGN = [
  {
    details: plan("TCID-IUOI07", { day: 0, priority: 2 }),
    by: "helm",
    what: "the same version from Helm",
    version: ([newest]: Offered) => newest,
  },
  { details: plan("TCID-IUOI08", { day: 0, priority: 2 }), by: "helm", what: "a newer version from Helm", version: () => "2.1.0-ee" },
  {
    details: plan("TCID-IUOI09", { day: 0, priority: 2 }),
    by: "operator",
    what: "an older version from its operator",
    version: ([, previous]: Offered) => previous,
  },
] as const;

test.use({ state: "director", disturbs: true });

for (const { details, by, what, version } of FOREIGN) {
  test(`OpenEBS is not installed over ${what}`, details, async ({ bed, director, project, release }) => {
    const clusterId = await bed.connect();
    await bed.applyOpenEBS(by, version(release.openebs.templates) ?? "");
    const record = await project.activeOpenEBS(clusterId);
    const { namespace } = release.openebs;
    const workloads = async () => (await bed.member.kube.list(KINDS.deployment, { namespace })).map(({ metadata }) => metadata.labels);
    const before = await workloads();
    const [template] = await project.openebsTemplates();
    const body = { clusterId, creatorId: project.id, projectId: project.projectId, templateId: template?.id, namespace };
    expect(await director.request({ method: "POST", path: `/v3/groups/${project.id}/openebses`, body })).toBeRefused(405);
    expect((await project.openebses({ clusterId })).map((one) => one.id)).toEqual([record.id]);
    expect(await workloads()).toEqual(before);
  });
}
