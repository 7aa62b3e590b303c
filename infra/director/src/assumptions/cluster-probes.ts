import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { askStatus, observe, type Asked, type Observation, type Person, type Place, type Probe } from "./probe.ts";

const INACTIVE_LIMIT_MS = 60_000;
const LOOK_MS = 500;

/** A project without a cluster, and what registers one in it; all of them are taken away in the end. */
class Clusters {
  readonly #owner: Person;

  constructor(owner: Person) {
    this.#owner = owner;
  }

  register(name: string, assumed: number, fields: Readonly<Record<string, string>> = {}): Promise<Asked> {
    const form = { name, projectId: this.#owner.group.projectId, provider: "gcp", ...fields };
    const told = Object.keys(fields).length === 0 ? "" : `, provider "${fields["provider"] ?? ""}"`;
    return askStatus(
      this.#owner.director,
      { method: "POST", path: this.path(""), form, what: `a cluster called "${name}"${told}` },
      assumed,
    );
  }

  path(below: string): string {
    return `/v3/groups/${this.#owner.group.id}/clusters${below}`;
  }

  /** Waits until it can be connected. Error: `WAIT_DEADLINE`. */
  inactive(id: string): Promise<string> {
    return waitUntil({
      what: "a registered cluster leaves its first state",
      deadlineMs: INACTIVE_LIMIT_MS,
      intervalMs: LOOK_MS,
      probe: async () => {
        const { state, registrationToken } = await this.#owner.group.cluster(id);
        return registrationToken?.clusterCommand ? reached(state) : notYet(`its state is ${state}`);
      },
    });
  }

  async remove(): Promise<void> {
    for (const { id } of await this.#owner.group.clusters()) await this.#owner.group.deleteCluster(id);
  }
}

const withClusters =
  (work: (clusters: Clusters, owner: Person) => Promise<readonly Observation[]>) =>
  async ({ newPerson }: Place): Promise<readonly Observation[]> => {
    const owner = await newPerson();
    const clusters = new Clusters(owner);
    try {
      return await work(clusters, owner);
    } finally {
      await clusters.remove();
    }
  };

const idOf = ({ body }: Asked): string => (typeof body["id"] === "string" ? body["id"] : "");
const observed = (asked: readonly Asked[]): Observation[] => asked.map(({ observation }) => observation);

const names = async (clusters: Clusters): Promise<Observation[]> =>
  observed([
    await clusters.register("five5", 422),
    await clusters.register("a-name-of-25-characters-xx", 422),
    await clusters.register("not_plain!", 422),
    await clusters.register("ask-six", 201),
    await clusters.register("ask-six", 409),
  ]);

const states = async (clusters: Clusters, owner: Person): Promise<Observation[]> => {
  const registered = await clusters.register("ask-states", 201);
  const path = clusters.path(`/${idOf(registered)}`);
  const later = await clusters.inactive(idOf(registered));
  const removed = await askStatus(owner.director, { method: "DELETE", path, what: "a cluster is deleted" }, 200);
  return [
    observe("the state right after the registration", "creating", registered.body["state"]),
    observe("the state once it has a command", "inactive", later),
    observe("the state that the deletion answers", "removed", removed.body["state"]),
    (await askStatus(owner.director, { method: "GET", path, what: "a deleted cluster is read" }, 404)).observation,
  ];
};

const deletion = async (clusters: Clusters, owner: Person): Promise<Observation[]> => {
  const id = idOf(await clusters.register("ask-delete", 201));
  const removed = await askStatus(owner.director, { method: "DELETE", path: clusters.path(`/${id}`), what: "a cluster is deleted" }, 200);
  return [removed.observation, observe("the id in the answer is that of the cluster", true, removed.body["id"] === id)];
};

const manifest = async (clusters: Clusters, owner: Person): Promise<Observation[]> => {
  const id = idOf(await clusters.register("ask-agents", 201));
  await clusters.inactive(id);
  const command = (await owner.group.cluster(id)).registrationToken?.clusterCommand ?? "";
  const objects = await owner.director.registrationManifests(command);
  const kinds = new Set(objects.map(({ kind }) => kind));
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  return [
    observe("namespaces of its Deployments", "maya-system", [...new Set(deployments.map(({ metadata }) => metadata.namespace))].join(", ")),
    observe("Deployments", 7, deployments.length),
    ...["Namespace", "ServiceAccount", "ClusterRoleBinding", "Secret"].map((kind) => observe(`it has a ${kind}`, true, kinds.has(kind))),
  ];
};

const inactiveOpenebs = async (clusters: Clusters, owner: Person): Promise<Observation[]> => {
  const clusterId = idOf(await clusters.register("ask-openebs", 201));
  const [template] = await owner.group.openebsTemplates();
  const { id: creatorId, projectId } = owner.group;
  const body = { clusterId, creatorId, projectId, templateId: template?.id, namespace: "openebs" };
  const path = `/v3/groups/${creatorId}/openebses`;
  return observed([
    await askStatus(owner.director, { method: "POST", path, body, what: "OpenEBS for a cluster that is not connected" }, 405),
  ]);
};

/** The first connected cluster of the Administrator; undefined without one. */
const connectedPath = async ({ admin }: Place): Promise<string | undefined> => {
  const group = await admin.projectGroup();
  const cluster = (await group.clusters()).find(({ state }) => state === "active");
  return cluster === undefined ? undefined : `/k8s/groups/${group.id}/clusters/${cluster.id}/api/v1/namespaces`;
};

/** What is deleted here exists nowhere. */
const proxyOfConnected = async (place: Place): Promise<Asked[]> => {
  const path = await connectedPath(place);
  if (path === undefined) return [];
  const gone = { method: "DELETE", path: `${path}/e2e-contract-nowhere`, what: "a deletion through the proxy" } as const;
  return [
    await askStatus(place.admin, { method: "GET", path, what: "the proxy of a connected cluster" }, 200),
    await askStatus(place.admin, gone, 405),
  ];
};

const proxy = async (place: Place): Promise<readonly Observation[]> => {
  const ofOthers = await withClusters(async (clusters, owner) => {
    const clusterId = idOf(await clusters.register("ask-proxy", 201));
    await clusters.inactive(clusterId);
    const path = `/k8s/groups/${owner.group.id}/clusters/${clusterId}/api/v1/namespaces`;
    return observed([await askStatus(owner.director, { method: "GET", path, what: "the proxy of a cluster that is not connected" }, 503)]);
  })(place);
  return [...ofOthers, ...observed(await proxyOfConnected(place))];
};

export const clusterProbes: readonly Probe[] = [
  { id: "A-CLUSTER-NAME", writes: true, ask: withClusters(names) },
  { id: "A-CLUSTER-STATES", writes: true, ask: withClusters(states) },
  { id: "A-CLUSTER-DELETE", writes: true, ask: withClusters(deletion) },
  { id: "A-AGENT-MANIFEST", writes: true, ask: withClusters(manifest) },
  { id: "A-OPENEBS-CLUSTER-INACTIVE", writes: true, ask: withClusters(inactiveOpenebs) },
  { id: "A-K8S-PROXY", writes: true, ask: proxy },
  {
    id: "A-CLUSTER-PROVIDER",
    writes: true,
    ask: withClusters(async (clusters) =>
      observed([
        await clusters.register("ask-provider", 201, { provider: "no-such-cloud" }),
        await clusters.register("ask-nobody", 201, { provider: "" }),
      ]),
    ),
  },
];
