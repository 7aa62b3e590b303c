import {
  anythingSchema,
  applicationSchema,
  clusterSchema,
  collectionOf,
  jobSchema,
  nodeSchema,
  openebsSchema,
  projectKeySchema,
  projectSchema,
  startedJobSchema,
  templateSchema,
  volumeSchema,
  type Application,
  type Cluster,
  type DirectorNode,
  type Job,
  type Openebs,
  type StartedJob,
  type Template,
  type Volume,
} from "./contract.ts";
import { ClusterProxy } from "./cluster-proxy.ts";
import type { DirectorDoor, DirectorRequest } from "./director-door.ts";
import { CredentialClient } from "./credential-client.ts";
import { PoolClient } from "./pool-client.ts";
import { TeamClient } from "./team-client.ts";
import { UpgradeClient } from "./upgrade-client.ts";

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Which records of a cluster; `state` filters by equality. */
export interface RecordFilter extends CallOptions {
  readonly clusterId?: string;
  readonly state?: string;
}

export interface NewCluster {
  /** 6 to 24 letters, digits and dashes. */
  readonly name: string;
  readonly projectId: string;
  readonly provider: string;
}

export interface NewOpenebs {
  readonly clusterId: string;
  /** The group's id. */
  readonly creatorId: string;
  readonly projectId: string;
  readonly templateId: string;
  readonly namespace: string;
  readonly defaultDirectory?: string;
  readonly dockerRegistry?: string;
  readonly includeDeviceFilters?: string;
  readonly excludeDeviceFilters?: string;
  readonly cpuResourceLimit?: string;
  readonly memoryResourceLimit?: string;
  readonly installationMode?: "basic" | "advance";
}

export interface NodeSelection {
  /** The numeric parts of node ids: "1" of "1n1". */
  readonly controlPlaneNodes: readonly string[];
  readonly dataPlaneNodes: readonly string[];
}

export interface NodePlanes {
  readonly controlPlaneNode?: boolean;
  readonly dataPlaneNode?: boolean;
}

/** The number that `selectOpenebsNodes` wants of a node id: "7" of "1n7". */
export const nodeNumber = (nodeId: string): string => nodeId.split("n").at(-1) ?? nodeId;

/** What a tenant owns, below `/v3/groups/{gid}`. Errors of every method: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT`, those of the room http. */
export class GroupClient {
  readonly id: string;
  readonly pools: PoolClient;
  readonly team: TeamClient;
  readonly credentials: CredentialClient;
  readonly upgrades: UpgradeClient;
  readonly #door: DirectorDoor;

  constructor(door: DirectorDoor, id: string) {
    this.id = id;
    this.#door = door;
    this.pools = new PoolClient(door, this.#path(""));
    this.team = new TeamClient(door, this.#path(""), id);
    this.credentials = new CredentialClient(door, this.#path(""));
    this.upgrades = new UpgradeClient(door, this.#path(""));
  }

  async projects(options: CallOptions = {}): Promise<readonly { readonly id: string }[]> {
    return (await this.#door.call(collectionOf(projectSchema), this.#get("/projects", options))).data;
  }

  /** Base64 of "user:password" for the routes of metrics, logs and alerts. */
  async projectKey(projectId: string, identity: string, options: CallOptions = {}): Promise<string> {
    const path = this.#path(`/projects/${encodeURIComponent(projectId)}/`);
    const { apiKey } = await this.#door.call(projectKeySchema, {
      method: "POST",
      path,
      query: { action: "getapikey" },
      form: { identity },
      signal: options.signal,
    });
    this.#door.learn(apiKey);
    return apiKey;
  }

  async clusters(options: CallOptions = {}): Promise<readonly Cluster[]> {
    return (await this.#door.call(collectionOf(clusterSchema), this.#get("/clusters", options))).data;
  }

  cluster(id: string, options: CallOptions = {}): Promise<Cluster> {
    return this.#door.call(clusterSchema, this.#get(`/clusters/${encodeURIComponent(id)}`, options));
  }

  registerCluster(cluster: NewCluster, options: CallOptions = {}): Promise<Cluster> {
    return this.#door.call(clusterSchema, { method: "POST", path: this.#path("/clusters"), form: { ...cluster }, signal: options.signal });
  }

  /** Disconnects a cluster; its agents leave by themselves. What the answer holds is not promised. */
  async deleteCluster(id: string, options: CallOptions = {}): Promise<void> {
    const path = this.#path(`/clusters/${encodeURIComponent(id)}`);
    await this.#door.call(anythingSchema, { method: "DELETE", path, signal: options.signal });
  }

  async nodes(filter: RecordFilter = {}): Promise<readonly DirectorNode[]> {
    return (await this.#door.call(collectionOf(nodeSchema), this.#filtered("/nodes", filter))).data;
  }

  /** Workloads of a connected cluster, with the volumes of their pods. */
  async applications(clusterId: string, options: CallOptions = {}): Promise<readonly Application[]> {
    const below = `/clusters/${encodeURIComponent(clusterId)}/mayaapplications`;
    return (await this.#door.call(collectionOf(applicationSchema), this.#get(below, options))).data;
  }

  /** Volumes that OpenEBS made on a connected cluster. */
  async volumes(clusterId: string, options: CallOptions = {}): Promise<readonly Volume[]> {
    const below = `/clusters/${encodeURIComponent(clusterId)}/mayavolumes`;
    return (await this.#door.call(collectionOf(volumeSchema), this.#get(below, options))).data;
  }

  /** Versions of OpenEBS that Director offers, newest first. */
  async openebsTemplates(options: CallOptions = {}): Promise<readonly Template[]> {
    const query = { sort: "id", order: "desc" };
    return (await this.#door.call(collectionOf(templateSchema), { ...this.#get("/openebstemplates", options), query })).data;
  }

  async openebses(filter: RecordFilter = {}): Promise<readonly Openebs[]> {
    return (await this.#door.call(collectionOf(openebsSchema), this.#filtered("/openebses", filter))).data;
  }

  openebs(id: string, options: CallOptions = {}): Promise<Openebs> {
    return this.#door.call(openebsSchema, this.#get(`/openebses/${encodeURIComponent(id)}`, options));
  }

  createOpenebs(openebs: NewOpenebs, options: CallOptions = {}): Promise<Openebs> {
    return this.#door.call(openebsSchema, { method: "POST", path: this.#path("/openebses"), body: openebs, signal: options.signal });
  }

  async selectOpenebsNodes(id: string, nodes: NodeSelection, options: CallOptions = {}): Promise<void> {
    await this.#door.call(openebsSchema, this.#action(id, "selectopenebsnodes", { ...options, body: nodes }));
  }

  /** Starts the installation of a record, by the manifest it was created with or a changed one. */
  installOpenebs(id: string, manifest: unknown, options: CallOptions = {}): Promise<StartedJob> {
    return this.#door.call(startedJobSchema, this.#action(id, "openebsinstall", { ...options, body: { yaml: manifest } }));
  }

  upgradeControlPlane(id: string, upgradeVersion: string, options: CallOptions = {}): Promise<StartedJob> {
    return this.#door.call(startedJobSchema, this.#action(id, "upgradecontrolplane", { ...options, body: { upgradeVersion } }));
  }

  openebsJob(id: string, options: CallOptions = {}): Promise<Job> {
    return this.#door.call(jobSchema, this.#get(`/openebsjobs/${encodeURIComponent(id)}`, options));
  }

  /** Labels one node for the planes of OpenEBS, or takes the labels from it; what is not named stays. */
  async labelNode(id: string, planes: NodePlanes, { signal }: CallOptions = {}): Promise<void> {
    const path = this.#path(`/nodes/${encodeURIComponent(id)}/`);
    await this.#door.call(anythingSchema, { method: "POST", path, query: { action: "labelnodes" }, body: planes, signal });
  }

  /** Kubernetes' own API of a connected cluster, read through Director. */
  proxy(clusterId: string): ClusterProxy {
    return new ClusterProxy(this.#door, `/k8s/groups/${encodeURIComponent(this.id)}/clusters/${encodeURIComponent(clusterId)}`);
  }

  #path(below: string): string {
    return `/v3/groups/${encodeURIComponent(this.id)}${below}`;
  }

  #get(below: string, { signal }: CallOptions): DirectorRequest {
    return { method: "GET", path: this.#path(below), signal };
  }

  #filtered(below: string, { signal, clusterId, state }: RecordFilter): DirectorRequest {
    return { method: "GET", path: this.#path(below), query: { state, clusterId }, signal };
  }

  #action(id: string, action: string, { body, signal }: CallOptions & { readonly body: object }): DirectorRequest {
    return { method: "POST", path: this.#path(`/openebses/${encodeURIComponent(id)}/`), query: { action }, body, signal };
  }
}
