import { createHttp, type Http } from "@kubera-e2e/http";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { createAuthority, createDirectorWorld, DataCenter, simMachines, SimTime, startCluster, startRegistry } from "@kubera-e2e/sim/parts";
import { parse } from "yaml";
import { connectDirector, loadRelease, renderRelease, type DirectorClient, type RenderedManifest } from "../src/index.ts";

export const ADMIN = { username: "Administrator", password: "Adm1n!strator" } as const;
const RELEASE = "1.12.0";

interface Kubeconfig {
  readonly clusters: readonly [{ readonly cluster: { readonly server: string; readonly "certificate-authority-data": string } }];
  readonly users: readonly [{ readonly user: { readonly "client-certificate-data": string; readonly "client-key-data": string } }];
}

const plain = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");

const openApi = (text: string): Http => {
  const { clusters, users } = parse(text) as Kubeconfig;
  const { cluster } = clusters[0];
  const { user } = users[0];
  return createHttp({
    baseUrl: cluster.server,
    redactor: new Redactor(),
    trust: { ca: plain(cluster["certificate-authority-data"]) },
    clientCertificate: { certPem: plain(user["client-certificate-data"]), keyPem: plain(user["client-key-data"]) },
  });
};

const CLUSTER_WIDE = new Set(["Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition"]);

const pathOf = ({ apiVersion, kind, metadata }: RenderedManifest): string => {
  const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = CLUSTER_WIDE.has(kind) ? "" : `/namespaces/${metadata.namespace ?? "default"}`;
  return `${base}${scope}/${kind.toLowerCase()}s`;
};

/** Creates objects in their order, as `kubectl create` does. */
export const createAll = async (api: Http, manifests: readonly RenderedManifest[]): Promise<void> => {
  for (const manifest of manifests) {
    const { status, body } = await api.request({ method: "POST", path: pathOf(manifest), body: manifest });
    if (status !== 201) throw new Error(`${manifest.kind} ${manifest.metadata.name}: ${status} ${JSON.stringify(body)}`);
  }
};

/** Waits for what a call answers; a call that throws has not answered yet. */
export const until = <T>(what: string, look: () => Promise<T | undefined>): Promise<T> =>
  waitUntil({
    what,
    deadlineMs: 60_000,
    intervalMs: 50,
    probe: async () => {
      try {
        const seen = await look();
        return seen === undefined ? notYet("not so yet") : reached(seen);
      } catch (error) {
        return notYet(String(error));
      }
    },
  });

const NODE_COUNTS = { server: 4, member: 6 } as const;

const untilReady = (api: Http, count: number): Promise<true> =>
  until(`${count} nodes are there`, async () => {
    const { body } = await api.request({ method: "GET", path: "/api/v1/nodes" });
    return (body as { items: unknown[] }).items.length === count ? true : undefined;
  });

/** Two simulated clusters, a registry, and Director 1.12.0 installed on the first by its release profile. */
export interface SimBed {
  readonly director: DirectorClient;
  readonly member: Http;
  readonly server: Http;
  close(): Promise<void>;
}

export const openSimBed = async (): Promise<SimBed> => {
  const time = new SimTime(300);
  const authority = await createAuthority();
  const registry = await startRegistry({ authority });
  const center = new DataCenter(simMachines(), time);
  const stores = new Map<string, Awaited<ReturnType<typeof startCluster>>>();
  const clusterStores = (name: string) => stores.get(name)?.store;
  const clusterLogs = (name: string) => stores.get(name)?.logs;
  const world = createDirectorWorld({ registryHost: registry.host, adminCredentials: ADMIN, clusterStores, clusterLogs });
  for (const name of ["server", "member"] as const) {
    const machines = center.machinesOf(name);
    stores.set(name, await startCluster({ name, machines, authority, time, programs: world.programs, instantBoot: true }));
  }
  const frontend = await world.startFrontend();
  const [server, member] = ["server", "member"].map((name) => openApi(stores.get(name)?.api.kubeconfig ?? ""));
  if (server === undefined || member === undefined) throw new Error("a cluster has no kubeconfig");
  await Promise.all([untilReady(server, NODE_COUNTS.server), untilReady(member, NODE_COUNTS.member)]);
  const director = connectDirector({ url: frontend.url, redactor: new Redactor() });
  await createAll(server, renderRelease(loadRelease(RELEASE), { namespace: "kubera", registryHost: registry.host, url: frontend.url }));
  return {
    director,
    member,
    server,
    close: async () => {
      for (const client of [director, server, member]) client.close();
      await frontend.close();
      for (const cluster of stores.values()) await cluster.close();
      await registry.close();
    },
  };
};
