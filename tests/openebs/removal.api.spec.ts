import { expect, KINDS, notYet, plan, probes, reached, test } from "@kubera-e2e/fixtures";

const PLANES = ["mayadata.io/control-plane", "mayadata.io/data-plane"] as const;

test.describe("storage classes", () => {
  test.use({ state: "openebs" });

  const CLASSES = [
    { engine: "hostpath", name: "openebs-hostpath", provisioner: "openebs.io/local" },
    { engine: "device", name: "openebs-device", provisioner: "openebs.io/local" },
    { engine: "Jiva", name: "openebs-jiva-default", provisioner: "openebs.io/provisioner-iscsi" },
  ] as const;

  for (const { engine, name, provisioner } of CLASSES) {
    test(
      `volumes of ${engine} have a class`,
      plan("TCID-OPENEBS-POLICIES-CREATE", { day: 1, priority: 1, row: engine, assumption: "A-OPENEBS-CLASSES" }),
      async ({ bed }) => {
        expect(await bed.member.kube.get({ ...KINDS.storageClass, name })).toMatchObject({ provisioner });
      },
    );
  }
});

test.describe("an OpenEBS that Director installed", () => {
  test.use({ state: "openebs", disturbs: true });

  test(
    "leaves neither record nor components nor labels when it is removed",
    plan("TCID-IUOI10", { day: 2, priority: 2, assumption: "A-OPENEBS-LABEL-CLEANUP" }),
    async ({ bed, director, project, release }) => {
      const clusterId = await project.idOf(bed.member);
      const record = await project.activeOpenEBS(clusterId);
      const { namespace } = release.openebs;
      await bed.member.kube.delete({ ...KINDS.namespace, name: namespace });
      await project.noActiveOpenEBS(clusterId);
      expect(await project.openebs(record.id)).toMatchObject({ state: "removed" });
      await bed.member.until(probes.namespaceGone(namespace));
      const [node] = (await project.nodes({ clusterId })).map(({ id }) => id);
      const path = `/v3/groups/${project.id}/openebses/${record.id}/`;
      for (const [action, body] of [
        ["openebsinstall", { yaml: record.installationManifest }],
        ["selectopenebsnodes", { controlPlaneNodes: [node], dataPlaneNodes: [node] }],
      ] as const)
        expect.soft(await director.request({ method: "POST", path, query: { action }, body }), action).toBeRefused();
      await bed.member.until({
        what: "no node is labelled for OpenEBS",
        kinds: [KINDS.node],
        probe: (view) => {
          const labelled = view.list(KINDS.node).filter(({ metadata }) => PLANES.some((plane) => metadata.labels?.[plane] !== undefined));
          return labelled.length === 0 ? reached(true as const) : notYet(`${labelled.length} nodes are`);
        },
      });
    },
  );
});
