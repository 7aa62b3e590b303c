import { expect, KINDS, notYet, plan, probes, reached, test, type Bed, type KubeObject } from "@kubera-e2e/fixtures";

type Workload = KubeObject & {
  readonly spec?: {
    readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string; readonly resources?: unknown }[] } };
  };
};

const WORKLOADS = [KINDS.deployment, KINDS.daemonSet] as const;

const workloadsOf = async (bed: Bed, namespace: string): Promise<Workload[]> =>
  (await Promise.all(WORKLOADS.map((kind) => bed.member.kube.list<Workload>(kind, { namespace })))).flat();

const containersOf = (workloads: readonly Workload[]) => workloads.flatMap(({ spec }) => spec?.template?.spec?.containers ?? []);

/** Until a pod of a namespace is held up in the named way. */
const heldUp = (bed: Bed, namespace: string, why: RegExp): Promise<true> =>
  bed.member.until({
    what: `a pod of ${namespace} is held up by ${why.source}`,
    kinds: [{ ...KINDS.pod, namespace }],
    probe: (view) =>
      view.list(KINDS.pod, namespace).some((pod) => why.test(JSON.stringify(pod))) ? reached(true as const) : notYet("none is"),
  });

test.use({ state: "director", disturbs: true });

test(
  "components carry the limits they were given",
  plan("TCID-DIR-OP-INSTALL-OPENEBS-LIMIT-RESOURCE", { day: 0, priority: 1 }),
  async ({ bed, release }) => {
    const limits = { cpu: "150m", memory: "250Mi" };
    await bed.connect();
    await bed.installOpenEBS(bed.member, { limits });
    const { namespace, components } = release.openebs;
    for (const { kind, name } of components) await bed.member.until(probes.workloadReady({ kind, namespace, name }));
    for (const { image, resources } of containersOf(await workloadsOf(bed, namespace)))
      expect.soft(resources, image).toMatchObject({ limits });
  },
);

test(
  "namespace, folder and registry are the installer's choice",
  plan("TCID-DIR-OP-INSTALL-OPENEBS-ADVANCED", { day: 0, priority: 1, assumption: "A-OPENEBS-FOLDER" }),
  async ({ bed, project, release }) => {
    const choice = { namespace: "storage-e2e", directory: "/var/openebs-e2e", registry: `${bed.registryHost}/mayadataio/` };
    const clusterId = await bed.connect();
    await bed.installOpenEBS(bed.member, choice);
    for (const { kind, name } of release.openebs.components)
      await bed.member.until(probes.workloadReady({ kind, namespace: choice.namespace, name }));
    expect(await workloadsOf(bed, release.openebs.namespace), "nothing where it would be by default").toEqual([]);
    const workloads = await workloadsOf(bed, choice.namespace);
    for (const { image } of containersOf(workloads)) expect.soft(image).toMatch(new RegExp(`^${choice.registry}`));
    expect(JSON.stringify(workloads.find(({ metadata }) => metadata.name === "maya-apiserver"))).toContain(`"${choice.directory}"`);
    expect(await project.activeOpenEBS(clusterId)).toMatchObject({ state: "active" });
  },
);

test("images come from a private registry", plan("TCID-IUOI11", { day: 0, priority: 1 }), async ({ bed, release }) => {
  const registry = `${bed.registryHost}/mayadataio/`;
  await bed.connect();
  await bed.installOpenEBS(bed.member, { registry });
  const containers = containersOf(await workloadsOf(bed, release.openebs.namespace));
  expect(containers).toHaveLength(release.openebs.components.length);
  for (const { image } of containers) expect.soft(image).toMatch(new RegExp(`^${registry}`));
});

const IMPOSSIBLE = [
  {
    title: "a registry that fails fails the installation",
    details: plan("TCID-IUOI12", { day: 0, priority: 2, assumption: "A-JOB-STATES" }),
    choice: { registry: "127.0.0.1:1/openebs/" },
    why: /ErrImagePull|ImagePullBackOff/,
  },
  {
    title: "a cluster without room for OpenEBS gets none",
    details: plan("TCID-IUOI05", { day: 0, priority: 2, assumption: "A-OPENEBS-ROOM" }),
    choice: { limits: { cpu: "1000" } },
    why: /Insufficient cpu/,
  },
] as const;

for (const { title, details, choice, why } of IMPOSSIBLE) {
  test(title, details, async ({ bed, project, release }) => {
    await bed.connect();
    const { clusterId, jobId } = await bed.startOpenEBS(bed.member, choice);
    await heldUp(bed, release.openebs.namespace, why);
    expect((await project.openebsJob(jobId)).state).not.toMatch(/^success$/i);
    expect(await project.openebses({ clusterId, state: "active" })).toEqual([]);
  });
}
