import { expect, KINDS, plan, test, type Bed, type KubeObject } from "@kubera-e2e/fixtures";

type Node = KubeObject & {
  readonly status?: { readonly capacity?: Readonly<Record<string, string>>; readonly nodeInfo?: { readonly kubeletVersion?: string } };
};

const nodesOf = (bed: Bed): Promise<Node[]> => bed.member.kube.list<Node>(KINDS.node);

const ANY_VERSION = /\bv\d+\.\d+\.\d+\b/;

test.use({ state: "openebs" });

test(
  "nodes and their capacity are those of the cluster",
  plan("TCID-DIR-CLUSTER-INVENTORY-NODES", { day: 1, priority: 1, assumption: "A-NODE-CAPACITY" }),
  async ({ bed, project }) => {
    const known = await project.nodes({ clusterId: await project.idOf(bed.member) });
    const there = await nodesOf(bed);
    expect(known.map(({ name }) => name).toSorted()).toEqual(there.map(({ metadata }) => metadata.name).toSorted());
    for (const { metadata, status } of there) {
      const { cpu, memory } = status?.capacity ?? {};
      const told = known.find(({ name }) => name === metadata.name);
      expect.soft(told, metadata.name).toMatchObject({ capacity: { cpu, memory } });
    }
  },
);

test(
  "every part of OpenEBS is known with its version",
  plan("TCID-DIR-CLUSTER-INVENTORY-COMPONENTS", { day: 1, priority: 1, assumption: "A-K8S-PROXY" }),
  async ({ bed, project, release }) => {
    const { namespace, components, templates } = release.openebs;
    const proxy = project.proxy(await project.idOf(bed.member));
    const kinds = ["deployments", "daemonsets"].map((plural) => proxy.list(`apis/apps/v1/namespaces/${namespace}/${plural}`));
    const told = (await Promise.all(kinds)).flat();
    expect(told.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(components.map(({ name }) => name)));
    for (const { metadata } of told) expect.soft(metadata.labels, metadata.name).toMatchObject({ "openebs.io/version": templates[0] });
  },
);

test(
  "the version of Kubernetes is known of a connected cluster, and of no other",
  plan("TCID-DIR-CLUSTER-K8S-VERSION", { day: 1, priority: 2, assumption: "A-CLUSTER-VERSION" }),
  async ({ bed, people, project }) => {
    const [node] = await nodesOf(bed);
    expect(node?.status?.nodeInfo?.kubeletVersion).toMatch(ANY_VERSION);
    const connected = await project.cluster(await project.idOf(bed.member));
    expect(Object.values(connected)).toContain(node?.status?.nodeInfo?.kubeletVersion);
    const { own } = await people.signUp();
    const waiting = await own.registerCluster({ name: "never-connected", projectId: own.projectId, provider: "others" });
    expect(JSON.stringify(await own.cluster(waiting.id))).not.toMatch(ANY_VERSION);
  },
);
