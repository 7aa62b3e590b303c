import type { ServerOptions } from "node:https";
import type { Authority, Validity } from "../../certificates/authority.ts";
import type { Machine } from "../../datacenter/machine.ts";
import type { SimTime } from "../../datacenter/sim-time.ts";
import { createStore, type EtcdStore } from "../etcd-store.ts";
import { Authorizer } from "../rbac/authorizer.ts";
import type { User } from "../rbac/request-attributes.ts";
import { seedRoles } from "../rbac/seed-roles.ts";
import { ServiceAccountTokens } from "../rbac/service-account-tokens.ts";
import type { Store } from "../store.ts";
import type { ApiProcess, KubeletPort } from "./call.ts";
import { FixedPortServer } from "./fixed-port-server.ts";
import { kubeconfigText } from "./kubeconfig.ts";
import { mayUpgrade } from "./pod-exec.ts";
import { handleRequest, type Received } from "./request-handler.ts";

export interface KubernetesApiOptions {
  readonly cluster: string;
  readonly controlPlane: Machine;
  readonly authority: Authority;
  readonly time: SimTime;
  readonly kubelets: KubeletPort;
  /** Bearer tokens that are let in next to client certificates of the authority. */
  readonly tokens?: ReadonlyMap<string, User>;
  /** Simulated milliseconds from power-on until the server listens; default 25 000. */
  readonly bootMs?: number;
  /** Real milliseconds between two bookmarks; default 60 000. */
  readonly bookmarkIntervalMs?: number;
  readonly log?: (line: string) => void;
}

/** The API server of one cluster. `store` is undefined while its machine is off or boots; after a revert it is another one. */
export interface KubernetesApi {
  readonly url: string;
  readonly port: number;
  /** YAML of a kubeconfig for the user `kubernetes-admin` of `system:masters`. */
  readonly kubeconfig: string;
  readonly store: Store | undefined;
  /** Tells the store of now, and every change of it. */
  onStore(listener: (store: Store | undefined) => void): () => void;
  /** Serves a new certificate from now on; with dates in the past an expired one. */
  renewCertificate(validity?: Validity): Promise<void>;
  /** Ends or starts the server alone, while its machine is on. */
  setServing(to: "on" | "off"): Promise<void>;
  close(): Promise<void>;
}

const BOOT_MS = 25_000;
const BOOKMARK_INTERVAL_MS = 60_000;

class Api {
  readonly #options: KubernetesApiOptions;
  readonly #server: FixedPortServer;
  readonly #listeners = new Set<(store: Store | undefined) => void>();
  #process: (ApiProcess & { readonly store: EtcdStore }) | undefined;
  /** Tokens outlive a boot, as the key that signs them lies on the disk of a real control plane. */
  readonly #accounts = new ServiceAccountTokens();
  #power = new AbortController();
  /** Opening and shutting follow one another, however fast the power changes. */
  #turn: Promise<void> = Promise.resolve();

  constructor(options: KubernetesApiOptions, server: FixedPortServer) {
    this.#options = options;
    this.#server = server;
  }

  get process(): ApiProcess | undefined {
    return this.#process;
  }

  onStore(listener: (store: Store | undefined) => void): () => void {
    const own = (store: Store | undefined): void => listener(store);
    this.#listeners.add(own);
    own(this.#process?.store);
    return () => this.#listeners.delete(own);
  }

  /** Brings the server up after what is left of the boot; a machine resumed from memory has none left. */
  async up(bootMs: number): Promise<void> {
    const { signal } = this.#power;
    const bootedAt = Date.parse(this.#options.controlPlane.memory?.bootedAt ?? "");
    const { time } = this.#options;
    const leftMs = bootMs - (time.now() - bootedAt) * time.speed;
    if (leftMs > 0) await time.delay(leftMs, signal);
    this.#turn = this.#turn.then(() => this.#serve(signal));
    await this.#turn;
  }

  down(): Promise<void> {
    this.#power.abort();
    this.#power = new AbortController();
    const ended = this.#process;
    this.#process = undefined;
    ended?.store.close();
    if (ended !== undefined) this.#tell(undefined);
    this.#turn = this.#turn.then(() => this.#server.shut());
    return this.#turn;
  }

  async #serve(power: AbortSignal): Promise<void> {
    if (power.aborted) return;
    await this.#server.open();
    if (power.aborted) return;
    const { controlPlane, kubelets, time, bookmarkIntervalMs, log } = this.#options;
    const { etcd } = controlPlane.disk;
    const now = (): number => time.now();
    const store = createStore(etcd, { now });
    seedRoles(store);
    this.#process = {
      store,
      authorizer: new Authorizer(store),
      accounts: this.#accounts,
      etcd,
      kubelets,
      now,
      bookmarkIntervalMs: bookmarkIntervalMs ?? BOOKMARK_INTERVAL_MS,
      log: log ?? (() => {}),
    };
    this.#tell(store);
  }

  #tell(store: Store | undefined): void {
    for (const listener of this.#listeners) listener(store);
  }
}

/**
 * Serves the Kubernetes REST API of one cluster over HTTPS on 127.0.0.1 while its control plane's machine is on: at once when it is on
 * already, after a boot when it is powered on later. The port stays the same; while the machine is off connections are refused.
 */
export const startKubernetesApi = async (options: KubernetesApiOptions): Promise<KubernetesApi> => {
  const { authority, cluster, controlPlane } = options;
  const newCertificate = async (validity: Validity = {}): Promise<ServerOptions> => {
    const issued = await authority.issueServer({ names: ["kubernetes", controlPlane.spec.node], ...validity });
    return { key: issued.keyPem, cert: issued.certPem, ca: authority.certPem };
  };
  const [certificate, client] = await Promise.all([
    newCertificate(),
    authority.issueClient({ commonName: "kubernetes-admin", organization: "system:masters" }),
  ]);
  const tls = { ...certificate, requestCert: true, rejectUnauthorized: false };
  const tokens = options.tokens ?? new Map<string, User>();
  const handler = (received: Received): void => void handleRequest({ tokens, process: () => api.process }, received);
  const server = new FixedPortServer(tls, { handler, mayUpgrade });
  const api = new Api(options, server);
  await server.reserve();
  const isOn = (): boolean => controlPlane.memory !== undefined;
  const report = (error: unknown): void => options.log?.(`kubernetes: the API of ${cluster} does not follow its machine: ${String(error)}`);
  const unsubscribe = controlPlane.onChange((event) => {
    if (event === "off") api.down().catch(report);
    if (event === "on") api.up(options.bootMs ?? BOOT_MS).catch(report);
  });
  if (isOn()) await api.up(0);
  const url = `https://127.0.0.1:${server.port}`;
  return {
    url,
    port: server.port,
    kubeconfig: kubeconfigText({ cluster, url, caPem: authority.certPem, client }),
    get store() {
      return api.process?.store;
    },
    renewCertificate: async (validity) => server.renew(await newCertificate(validity)),
    setServing: (to) => (to === "off" ? api.down() : api.up(0)),
    onStore: (listener) => api.onStore(listener),
    close: async () => {
      unsubscribe();
      await api.down();
    },
  };
};
