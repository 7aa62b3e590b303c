import { expect, KINDS, plan, probes, test } from "@kubera-e2e/fixtures";

test.use({ state: "bare", disturbs: true });

test(
  "installs Director on a bare cluster",
  plan("TCID-DIR-INSTALL-ON-LOCAL-HP", { day: 0, priority: 0 }),
  async ({ bed, kube, release }) => {
    await bed.installDirector();
    for (const workload of release.workloads) {
      await bed.server.until(probes.workloadReady({ kind: workload.kind, namespace: bed.directorNamespace, name: workload.name }));
    }
    const claims = await kube.server.list({ apiVersion: "v1", kind: "PersistentVolumeClaim" }, { namespace: bed.directorNamespace });
    expect(claims.length).toBeGreaterThan(0);
    for (const claim of claims) {
      expect(claim, claim.metadata.name).toMatchObject({ spec: { storageClassName: release.storageClass }, status: { phase: "Bound" } });
    }
    expect(await kube.server.list(KINDS.pod, { namespace: bed.directorNamespace, fieldSelector: "status.phase!=Running" })).toEqual([]);
    expect((await bed.pingDirector()).status).toBe(200);
  },
);
