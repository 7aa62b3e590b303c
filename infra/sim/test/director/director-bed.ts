import { parseAllDocuments } from "yaml";
import { reached, notYet, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { DataDisk } from "../../src/datacenter/machine.ts";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { createDirectorWorld, type DirectorWorldOptions } from "../../src/director/world.ts";
import type { DirectorFrontend } from "../../src/director/frontend.ts";
import { apply, type Manifest } from "../../src/director/kube-apply.ts";
import { isRecord, textAt, type JsonRecord } from "../../src/director/json.ts";
import { SmallCluster } from "./small-kubelet.ts";

export const ADMIN = { username: "Administrator", password: "Adm1n!strator" } as const;
export const NAMESPACE = "kubera";
const REGISTRY = "127.0.0.1:5000";

export interface Answer {
  readonly status: number;
  readonly body: JsonRecord;
  readonly text: string;
  readonly headers: Headers;
}

export type Caller = (method: string, path: string, body?: unknown) => Promise<Answer>;

const pod = (image: string, claim?: string): JsonRecord => ({
  containers: [{ name: image, image: `${REGISTRY}/mayadata/${image}:1.12.0` }],
  ...(claim !== undefined && { volumes: [{ name: "data", persistentVolumeClaim: { claimName: claim } }] }),
});

const workload = (kind: "Deployment" | "DaemonSet", name: string, spec: JsonRecord): Manifest => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name, namespace: NAMESPACE, labels: { app: name } },
  spec: {
    ...(kind === "Deployment" && { replicas: 1 }),
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec },
  },
});

const storageClass: Manifest = {
  apiVersion: "storage.k8s.io/v1",
  kind: "StorageClass",
  metadata: { name: "openebs-hostpath" },
  provisioner: "openebs.io/local",
  volumeBindingMode: "WaitForFirstConsumer",
};

const claim = (name: string): Manifest => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name, namespace: NAMESPACE },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName: "openebs-hostpath", resources: { requests: { storage: "1Gi" } } },
});

const CORE: readonly Manifest[] = [
  { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } },
  storageClass,
  claim("data-mysql-0"),
  workload("Deployment", "mysql", pod("mysql", "data-mysql-0")),
  workload("Deployment", "maya-io", pod("maya-io-server")),
  workload("DaemonSet", "nginx-ingress", pod("nginx-ingress")),
];

/** What alerts pass, and where they are kept. */
const ALERTING: readonly Manifest[] = [
  claim("data-cassandra-0"),
  workload("Deployment", "cassandra", pod("cassandra", "data-cassandra-0")),
  workload("Deployment", "alertstore", pod("alertstore")),
  workload("Deployment", "elastalert", pod("elastalert")),
];

export interface BedOptions {
  readonly speed?: number;
  readonly maxMembersPerProject?: number;
  readonly clusterLogs?: DirectorWorldOptions["clusterLogs"];
  /** Of each node of the member; default none. */
  readonly disks?: readonly DataDisk[];
}

/** Two small clusters and the core of Director on one of them, in process. */
export class DirectorBed {
  readonly server: SmallCluster;
  readonly member: SmallCluster;
  readonly frontend: DirectorFrontend;
  /** Requests to routes that nobody knows. */
  readonly unhandled: readonly string[];

  constructor(parts: Pick<DirectorBed, "server" | "member" | "frontend" | "unhandled">) {
    this.server = parts.server;
    this.member = parts.member;
    this.frontend = parts.frontend;
    this.unhandled = parts.unhandled;
  }

  static async open({ speed = 200, disks = [], clusterLogs, ...limits }: BedOptions = {}): Promise<DirectorBed> {
    const time = new SimTime(speed);
    const clusters = new Map<string, SmallCluster>();
    const unhandled: string[] = [];
    const log = (line: string) => unhandled.push(line);
    const clusterStores = (name: string) => clusters.get(name)?.store;
    const world = createDirectorWorld({
      registryHost: REGISTRY,
      adminCredentials: ADMIN,
      clusterStores,
      log,
      ...limits,
      ...(clusterLogs && { clusterLogs }),
    });
    const server = new SmallCluster({ name: "server", nodes: ["server-worker1"] }, { time, programs: world.programs });
    const nodes = ["member-worker1", "member-worker2", "member-worker3"];
    const member = new SmallCluster({ name: "member", nodes, disks }, { time, programs: world.programs });
    clusters.set("server", server).set("member", member);
    return new DirectorBed({ server, member, frontend: await world.startFrontend(), unhandled });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.frontend.close();
    this.server.stop();
    this.member.stop();
  }

  install(): void {
    for (const manifest of CORE) apply(this.server.store, manifest);
  }

  installAlerting(): void {
    for (const manifest of ALERTING) apply(this.server.store, manifest);
  }

  /** Resolves when `/ping` answers 200. */
  async ready(): Promise<void> {
    await until("Director serves", async () => (await this.call()("GET", "/ping").catch(() => undefined))?.status === 200);
  }

  call(headers: Readonly<Record<string, string>> = {}): Caller {
    return async (method, path, body) => {
      const isForm = body instanceof URLSearchParams;
      const answer = await fetch(`${this.frontend.url}${path}`, {
        method,
        redirect: "manual",
        headers: { ...(body !== undefined && !isForm && { "content-type": "application/json" }), ...headers },
        ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = (answer.headers.get("content-type") ?? "").includes("json");
      const parsed: unknown = isJson ? JSON.parse(text) : {};
      return { status: answer.status, body: isRecord(parsed) ? parsed : {}, text, headers: answer.headers };
    };
  }

  /** Signs in and speaks with the token as cookie. */
  async signIn(user: string = ADMIN.username, password: string = ADMIN.password): Promise<Caller> {
    const answer = await this.call()("POST", "/v3/token", { code: `${user}:${password}`, authProvider: "localAuthConfig" });
    return this.call({ cookie: `token=${textAt(answer.body, "jwt") ?? ""}; authProvider=localAuthConfig` });
  }

  /** Signs a new person up; `email` is the name of the account. */
  async signUp(email: string): Promise<{ readonly call: Caller; readonly accountId: string; readonly gid: string }> {
    const password = { publicValue: email, secretValue: "Str0ng!pw" };
    const answer = await this.call()("POST", "/v3/localAuthConfig", { firstName: "Ann", lastName: "Lee", password });
    const call = this.call({ cookie: `token=${textAt(answer.body, "jwt") ?? ""}; authProvider=localAuthConfig` });
    const groups = await call("GET", "/v3/groups");
    return { call, accountId: textAt(answer.body, "accountId") ?? "", gid: textAt(groups.body, "data", 0, "id") ?? "" };
  }

  /** Director installed, and the member connected to the project of somebody who has signed up; `group` is the path of that project. */
  async connectNewcomer(): Promise<{ readonly call: Caller; readonly group: string; readonly clusterId: string }> {
    this.install();
    await this.ready();
    const { call, gid } = await this.signUp("ann@example.com");
    return { call, group: `/v3/groups/${gid}`, clusterId: await this.connectMember(call, gid) };
  }

  /** Registers a cluster, applies its script on the member and waits until it is active; returns its id. */
  async connectMember(call: Caller, gid: string, name = "member-one"): Promise<string> {
    const id = textAt((await call("POST", `/v3/groups/${gid}/clusters`, { name })).body, "id") ?? "";
    const path = `/v3/groups/${gid}/clusters/${id}`;
    await until("the cluster is inactive", async () => textAt((await call("GET", path)).body, "state") === "inactive");
    const command = textAt((await call("GET", path)).body, "registrationToken", "clusterCommand") ?? "";
    await this.applyCommand(command);
    await until("the cluster is active", async () => textAt((await call("GET", path)).body, "state") === "active");
    return id;
  }

  /** What `kubectl apply -f <url>` does on the member. */
  async applyCommand(command: string): Promise<void> {
    const yaml = await (await fetch(command.replace("kubectl apply -f ", ""))).text();
    for (const document of parseAllDocuments(yaml)) apply(this.member.store, document.toJS() as Manifest);
  }
}

export const until = (what: string, isTrue: () => Promise<boolean> | boolean): Promise<unknown> =>
  waitUntil({
    what,
    deadlineMs: 10_000,
    intervalMs: 15,
    probe: async () => ((await isTrue()) ? reached(true) : notYet("not yet")),
  });
