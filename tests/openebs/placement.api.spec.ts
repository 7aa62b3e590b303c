import { expect, KINDS, notYet, plan, probes, reached, test, type Bed } from "@kubera-e2e/fixtures";

const NDM = "openebs.io/component-name=ndm";
const LABELS = { control: "mayadata.io/control-plane", data: "mayadata.io/data-plane" } as const;

type Pod = { readonly spec?: { readonly nodeName?: string } };

/** The nodes on which pods of OpenEBS are, each once. */
const placesOf = async (bed: Bed, labelSelector: string): Promise<string[]> => {
  const pods = await bed.member.kube.list(KINDS.pod, { namespace: "openebs", labelSelector });
  return [...new Set(pods.map((pod) => (pod as Pod).spec?.nodeName ?? "nowhere"))].toSorted();
};

const labelled = async (bed: Bed, label: string): Promise<string[]> =>
  (await bed.member.kube.list(KINDS.node, { labelSelector: `${label}=true` })).map(({ metadata }) => metadata.name).toSorted();

const labelGone = (bed: Bed, label: string): Promise<true> =>
  bed.member.until({
    what: `no node carries ${label}`,
    kinds: [KINDS.node],
    probe: (view) => {
      const carriers = view.list(KINDS.node).filter(({ metadata }) => metadata.labels?.[label] !== undefined);
      return carriers.length === 0 ? reached(true as const) : notYet(carriers.map(({ metadata }) => metadata.name).join(", "));
    },
  });

test.use({ state: "director", disturbs: true });

test(
  "the control plane runs on the nodes chosen for it and on no others",
  plan("TCID-DIR-OP-INSTALL-OPENEBS-CP-ON-SPECIFIC-NODE", { day: 0, priority: 0 }),
  async ({ bed, project, release }) => {
    const [chosen = "", ...others] = bed.member.workers;
    const clusterId = await bed.connect();
    await bed.installOpenEBS(bed.member, { controlPlane: [chosen], dataPlane: others.slice(0, 2) });
    const { namespace, components } = release.openebs;
    for (const { kind, name } of components) await bed.member.until(probes.workloadReady({ kind, namespace, name }));
    expect(await placesOf(bed, "openebs.io/component-name,openebs.io/component-name!=ndm")).toEqual([chosen]);
    expect(await labelled(bed, LABELS.control)).toEqual([chosen]);
    await bed.member.kube.delete({ ...KINDS.namespace, name: namespace });
    await project.noActiveOpenEBS(clusterId);
    await labelGone(bed, LABELS.control);
  },
);

test(
  "the device manager runs on the nodes chosen for data and on no others",
  plan("TCID-DIR-OP-INSTALL-OPENEBS-DP-ON-SPECIFIC-NODE", { day: 0, priority: 0, assumption: "A-NDM-NODES" }),
  async ({ bed, project, release }) => {
    const [first = "", ...others] = bed.member.workers;
    const chosen = others.slice(0, 2).toSorted();
    const clusterId = await bed.connect();
    await bed.installOpenEBS(bed.member, { controlPlane: [first], dataPlane: chosen });
    const { namespace } = release.openebs;
    expect(await placesOf(bed, NDM)).toEqual(chosen);
    expect(await labelled(bed, LABELS.data)).toEqual(chosen);
    await bed.member.kube.delete({ ...KINDS.namespace, name: namespace });
    await project.noActiveOpenEBS(clusterId);
    await labelGone(bed, LABELS.data);
  },
);
