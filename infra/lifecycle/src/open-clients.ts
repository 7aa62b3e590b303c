import type { Transcript } from "@kubera-e2e/http";
import type { Fence } from "@kubera-e2e/schema/fence";
import type { KubeClient } from "@kubera-e2e/kube";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import type { BedClients, ServerLook } from "./bed-context.ts";
import { openWays, type BedWays } from "./bed-ways.ts";
import { credentialsFor } from "./credentials.ts";
import { httpTrust } from "./http-trust.ts";
import { knownSecrets } from "./known-secrets.ts";
import type { Progress } from "./progress.ts";
import { readServerAccess } from "./server-access.ts";

export interface OpenClientsOptions {
  readonly redactor: Redactor;
  readonly transcript?: Transcript;
  readonly onProgress?: Progress;
  /** Once it has fallen, nothing is written to the clusters and to Director any more. */
  readonly fence?: Fence;
  readonly clock?: Clock;
}

/** What the clients of one bed are opened with. */
interface Opening {
  readonly bed: TestBed;
  readonly settings: Settings;
  readonly options: OpenClientsOptions;
  readonly ways: BedWays;
}

/** One client per cluster, opened when it is first asked for. */
const kubePool = ({ bed, ways, options: { redactor, transcript, fence, clock = systemClock } }: Opening) => {
  const clients = new Map<string, Promise<KubeClient>>();
  const open = async (cluster: string): Promise<KubeClient> => {
    const { openKube } = await import("@kubera-e2e/kube");
    const found = bed.clusters.find(({ name }) => name === cluster);
    if (found === undefined) throw new Error(`the bed ${bed.name} has no cluster ${cluster}`);
    return openKube({
      cluster,
      kubeconfigPath: found.kubeconfig,
      trust: await httpTrust(found.trust),
      way: ways.to(`clusters.${cluster}`),
      redactor,
      transcript,
      fence,
      clock,
      pollMs: bed.intervals.poll,
    });
  };
  const get = (cluster: string): Promise<KubeClient> => {
    const client = clients.get(cluster) ?? open(cluster);
    clients.set(cluster, client);
    return client;
  };
  const close = async (): Promise<void> => {
    for (const ended of await Promise.allSettled(clients.values())) if (ended.status === "fulfilled") ended.value.close();
  };
  return { get, close };
};

const LOOK_LIMIT_MS = 5000;

const lookAtServer = async ({ bed, ways, options }: Opening, cluster: string, signal: AbortSignal): Promise<ServerLook> => {
  const { createHttp } = await import("@kubera-e2e/http");
  const found = bed.clusters.find(({ name }) => name === cluster);
  const server = await readServerAccess(found?.kubeconfig ?? "");
  const trust = (await httpTrust(found?.trust)) ?? (server.caPem === undefined ? undefined : { ca: server.caPem });
  const access = ways.to(`clusters.${cluster}`);
  const http = createHttp({ baseUrl: server.server, redactor: options.redactor, trust, access, timeoutMs: LOOK_LIMIT_MS });
  try {
    // Whoever we are to it, even a refusal carries its time.
    const { headers } = await http.request({ method: "GET", path: "/livez", responseType: "text", signal });
    const dateMs = Date.parse(String(headers["date"] ?? ""));
    if (Number.isNaN(dateMs)) throw invalidDate(server.server);
    const until = Math.min(...server.certificatesUntilMs);
    return { dateMs, ...(Number.isFinite(until) && { certificatesUntil: new Date(until).toISOString() }) };
  } finally {
    http.close();
  }
};

const invalidDate = (server: string): KuberaError =>
  new KuberaError("RESPONSE_INVALID", {
    what: "an API server answered without the time of day",
    where: `GET ${server}/livez`,
    because: "its answer has no Date header, and its clock cannot be compared",
    fix: "Look what stands between: an API server always sends its time.",
  });

const pinger = async ({ bed, ways, options: { redactor } }: Opening) => {
  const { createHttp } = await import("@kubera-e2e/http");
  const trust = await httpTrust(bed.director.trust);
  return async (signal: AbortSignal): Promise<void> => {
    const http = createHttp({ baseUrl: bed.director.url, redactor, trust, access: ways.to("director"), timeoutMs: LOOK_LIMIT_MS });
    try {
      const { status } = await http.request({ method: "GET", path: "/ping", responseType: "text", signal });
      if (status === 200) return;
      throw new KuberaError("DIRECTOR_REFUSED", {
        what: `Director answered /ping with ${status}`,
        where: `GET ${bed.director.url}/ping`,
        because: "it answers 200 once it serves",
        fix: `Look at the pods of namespace ${bed.director.namespace}.`,
      });
    } finally {
      http.close();
    }
  };
};

const directorOptions = async ({ bed, ways, options: { redactor, transcript, fence } }: Opening) => ({
  url: bed.director.url,
  redactor,
  trust: await httpTrust(bed.director.trust),
  access: ways.to("director"),
  transcript,
  fence,
});

const openTheDirector = async (opening: Opening) => {
  const { openDirector } = await import("@kubera-e2e/director");
  const credentials = credentialsFor(opening.bed, opening.bed.director.admin, opening.settings);
  return openDirector({ ...(await directorOptions(opening)), credentials });
};

const visitTheDirector = async (opening: Opening) => {
  const { connectDirector } = await import("@kubera-e2e/director");
  return connectDirector(await directorOptions(opening));
};

const openTheRegistry = async ({ bed, settings, ways, options: { redactor, transcript } }: Opening) => {
  const { openRegistry } = await import("@kubera-e2e/registry");
  const { url, pullSecret } = bed.registry;
  const credentials = pullSecret === undefined ? undefined : credentialsFor(bed, pullSecret, settings);
  const trust = await httpTrust(bed.registry.trust);
  return openRegistry({ url, redactor, transcript, trust, access: ways.to("registry"), credentials });
};

/** What commands of the site print becomes progress, whatever it holds. */
const masked = ({ redactor, onProgress }: OpenClientsOptions): Progress => {
  const mask = (text: string | undefined): string | undefined => (text === undefined ? undefined : redactor.text(text));
  return (event) => {
    const because = mask(event.because);
    onProgress?.({ ...event, ...(because !== undefined && { because }) });
  };
};

/**
 * The clients of a bed, for whoever has no business with its machines. Nothing is sent before one is used.
 *
 * Errors: `SECRET_MISSING`, `BED_INVALID` for a CA bundle that cannot be read, `SETTING_INVALID` for a values file that cannot be used.
 */
export const openClients = async (bed: TestBed, settings: Settings, options: OpenClientsOptions): Promise<BedClients> => {
  for (const secret of knownSecrets(settings)) options.redactor.add(secret);
  const ways = openWays(bed, { redactor: options.redactor, secret: (name) => credentialsFor(bed, name, settings) });
  const opening = { bed, settings, options, ways };
  const kubes = kubePool(opening);
  const ping = await pinger(opening);
  return {
    bed,
    ways,
    kube: (cluster) => kubes.get(cluster),
    registry: () => openTheRegistry(opening),
    director: () => openTheDirector(opening),
    visitDirector: () => visitTheDirector(opening),
    pingDirector: ping,
    lookAtServer: (cluster, signal) => lookAtServer(opening, cluster, signal),
    secret: (name) => credentialsFor(bed, name, settings),
    clock: options.clock ?? systemClock,
    redactor: options.redactor,
    onProgress: masked(options),
    close: async () => {
      await kubes.close();
      await ways.close();
    },
  };
};
