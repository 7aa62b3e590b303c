import { expect, KINDS, plan, test, type KubeObject } from "@kubera-e2e/fixtures";

test.use({ state: "openebs" });

const namesOf = (objects: readonly KubeObject[]): string[] => objects.map(({ metadata }) => metadata.name).toSorted();

test(
  "the Kubernetes proxy lists the namespaces that the cluster has",
  plan("TCID-DIR-TOPOLOGY-NAMESPACES", { day: 1, priority: 1 }),
  async ({ bed, director, project, people }) => {
    const path = `/k8s/groups/${project.id}/clusters/${await project.idOf(bed.member)}/api/v1/namespaces`;
    const byKey = director.withApiKey(await director.createApiKey("topology"));
    const { status, body } = await byKey.request({ method: "GET", path });
    expect([status, (body as KubeObject).kind]).toEqual([200, "NamespaceList"]);
    const listed = namesOf((body as { readonly items: readonly KubeObject[] }).items);
    expect(listed).toEqual(namesOf(await bed.member.kube.list(KINDS.namespace)));
    expect(listed).toContain("maya-system");
    const stranger = await people.signUp();
    for (const other of [stranger.director, director.anonymous()]) expect(await other.request({ method: "GET", path })).toBeRefused();
  },
);

test(
  "the Kubernetes proxy describes a pod",
  plan("TCID-DIR-TOPOLOGY-POD-DESCRIBE", { day: 2, priority: 2, assumption: "A-K8S-PROXY" }),
  async ({ bed, director, project }) => {
    const pods = `/k8s/groups/${project.id}/clusters/${await project.idOf(bed.member)}/api/v1/namespaces/maya-system/pods`;
    const [pod] = await bed.member.kube.list(KINDS.pod, { namespace: "maya-system" });
    expect(pod, "the agents run").toBeDefined();
    const { status, body } = await director.request({ method: "GET", path: `${pods}/${pod?.metadata.name}` });
    expect(status).toBe(200);
    const { name, uid, namespace } = pod?.metadata ?? {};
    expect(body).toMatchObject({ kind: "Pod", metadata: { name, uid, namespace } });
    expect(await director.request({ method: "GET", path: `${pods}/no-such-pod` })).toBeRefused(404);
  },
);
