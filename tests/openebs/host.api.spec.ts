import { expect, KINDS, plan, probes, test } from "@kubera-e2e/fixtures";

test.use({ state: "director", disturbs: true });

test(
  "Director installs OpenEBS where it runs itself",
  plan("TCID-DIR-INSTALL-OPENEBS", { day: 0, priority: 0, assumption: "A-K8S-PROXY" }),
  async ({ bed, project, release }) => {
    await bed.installOpenEBS(bed.server);
    const { namespace, components } = release.openebs;
    for (const { kind, name } of components) await bed.server.until(probes.workloadReady({ kind, namespace, name }));
    const clusterId = await project.idOf(bed.server);
    expect(await project.activeOpenEBS(clusterId)).toMatchObject({ state: "active" });
    const told = await project.proxy(clusterId).list(`api/v1/namespaces/${namespace}/pods`);
    const there = await bed.server.kube.list(KINDS.pod, { namespace });
    expect(told.map(({ metadata }) => metadata.name).toSorted()).toEqual(there.map(({ metadata }) => metadata.name).toSorted());
    expect(there.length).toBeGreaterThanOrEqual(components.length);
  },
);
