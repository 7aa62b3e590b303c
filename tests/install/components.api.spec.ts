import { expect, KINDS, plan, test } from "@kubera-e2e/fixtures";

test(
  "one running pod stands behind each component",
  plan("TCID-DIR-INSTALL-PODS-RUNNING", { day: 0, priority: 0 }),
  async ({ bed, kube, release }) => {
    for (const { name, kind, labels } of release.workloads) {
      const labelSelector = Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(",");
      const pods = await kube.server.list(KINDS.pod, { namespace: bed.directorNamespace, labelSelector });
      const wanted = kind === "DaemonSet" ? bed.server.workers.length : 1;
      expect.soft(pods, name).toHaveLength(wanted);
      for (const pod of pods) {
        expect.soft(pod, pod.metadata.name).toMatchObject({
          status: { phase: "Running", conditions: expect.arrayContaining([expect.objectContaining({ type: "Ready", status: "True" })]) },
        });
      }
    }
  },
);

test(
  "each component has its service",
  plan("TCID-DIR-INSTALL-SERVICES-PRESENT", { day: 0, priority: 0 }),
  async ({ bed, kube, release }) => {
    const services = await kube.server.list(KINDS.service, { namespace: bed.directorNamespace });
    const names = services.map((service) => service.metadata.name);
    expect(names).toEqual(expect.arrayContaining(release.services.map((service) => service.name)));
    for (const { name, workload } of release.services) {
      const ports = release.workloads.find((candidate) => candidate.name === workload)?.ports ?? [];
      const service = services.find((candidate) => candidate.metadata.name === name);
      expect.soft(service, name).toMatchObject({ spec: { ports: ports.map((port) => expect.objectContaining({ port })) } });
    }
  },
);

test(
  "the API server is ready and answers its ping route",
  plan("TCID-DIR-HEALTH-MAYA-IO-SERVER", { day: 0, priority: 0 }),
  async ({ bed, kube }) => {
    const [pod] = await kube.server.list(KINDS.pod, { namespace: bed.directorNamespace, labelSelector: "app=maya-io" });
    expect(pod).toMatchObject({
      status: { conditions: expect.arrayContaining([expect.objectContaining({ type: "Ready", status: "True" })]) },
    });
    expect((await bed.pingDirector()).status).toBe(200);
  },
);
