import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { KindRef } from "./kube-client.ts";
import { KINDS } from "./kinds.ts";
import { kindUnknown, refusedStatus } from "./refusal.ts";

/** Where the objects of a kind live under the API server. */
export interface ResourcePath {
  readonly base: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

type Fetch = (path: string, signal?: AbortSignal) => Promise<unknown>;
type Kinds = ReadonlyMap<string, ResourcePath>;

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const NAMED_KINDS_LIMIT = 8;

const baseOf = (apiVersion: string): string => (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isResource = (value: unknown): value is Resource =>
  isRecord(value) && typeof value["name"] === "string" && typeof value["kind"] === "string" && typeof value["namespaced"] === "boolean";

/** The resources of one group and version. Error: `RESPONSE_INVALID`. */
export const parseResources = (body: unknown, path: string): readonly Resource[] => {
  // A version without resources leaves them out, or says null.
  const resources = isRecord(body) ? (body["resources"] ?? []) : undefined;
  if (Array.isArray(resources) && resources.every(isResource)) return resources;
  throw new KuberaError("RESPONSE_INVALID", {
    what: "the answer to a discovery call lists no resources",
    where: `GET ${path}`,
    because: "each needs a name, a kind and whether it is namespaced",
    fix: "Look whether the kubeconfig's server is a Kubernetes API server, and whether a proxy changes its answers.",
  });
};

/** Versions of a group in the answer to `/apis`; none when it is not served. */
export const parseVersions = (body: unknown, group: string): readonly string[] => {
  const groups: unknown = isRecord(body) ? body["groups"] : undefined;
  const found: unknown = Array.isArray(groups) ? groups.find((one: unknown) => isRecord(one) && one["name"] === group) : undefined;
  const versions: unknown = isRecord(found) ? found["versions"] : undefined;
  return (Array.isArray(versions) ? (versions as unknown[]) : []).flatMap((one) =>
    isRecord(one) && typeof one["version"] === "string" ? [one["version"]] : [],
  );
};

/** What a version serves instead of a kind: the nearest name, or what there is. */
const instead = (kind: string, { apiVersion, kinds }: { readonly apiVersion: string; readonly kinds: readonly string[] }): string => {
  const near = nearest(kind, kinds);
  if (near !== undefined) return `it serves "${near}" there`;
  const more = kinds.length > NAMED_KINDS_LIMIT ? ` and ${kinds.length - NAMED_KINDS_LIMIT} more` : "";
  return `${apiVersion} has ${kinds.slice(0, NAMED_KINDS_LIMIT).join(", ")}${more}`;
};

/** Which paths serve which kinds, asked once per group and version; a kind that is missing is asked for again, since CRDs come later. */
export class Discovery {
  readonly #fetch: Fetch;
  readonly #cluster: string;
  readonly #known = new Map<string, Kinds>();

  constructor(cluster: string, fetch: Fetch) {
    this.#cluster = cluster;
    this.#fetch = fetch;
  }

  /** Errors: `KUBE_KIND_UNKNOWN` with what is served instead, `RESPONSE_INVALID`. */
  async resolve({ apiVersion, kind }: KindRef, signal?: AbortSignal): Promise<ResourcePath> {
    const known = this.#known.get(apiVersion)?.get(kind);
    if (known !== undefined) return known;
    const kinds = await this.#ask(apiVersion, signal);
    const found = kinds.get(kind);
    if (found !== undefined) return found;
    const because = await this.#whyMissing({ apiVersion, kind }, kinds, signal);
    throw kindUnknown({ cluster: this.#cluster, method: "GET", path: baseOf(apiVersion) }, { apiVersion, kind, because });
  }

  /** What a version serves may have changed. */
  forget({ apiVersion }: KindRef): void {
    this.#known.delete(apiVersion);
  }

  async #ask(apiVersion: string, signal?: AbortSignal): Promise<Kinds> {
    const base = baseOf(apiVersion);
    const kinds = new Map<string, ResourcePath>();
    for (const { name, kind, namespaced } of await this.#resources(base, signal))
      // Subresources carry a slash: pods/log, deployments/status.
      if (!name.includes("/")) kinds.set(kind, { base, plural: name, namespaced });
    if (kinds.size > 0) this.#known.set(apiVersion, kinds);
    return kinds;
  }

  async #resources(base: string, signal?: AbortSignal): Promise<readonly Resource[]> {
    try {
      return parseResources(await this.#fetch(base, signal), base);
    } catch (error) {
      // A group that is not served has none of its kinds; resolve() says so in better words.
      if (refusedStatus(error) === 404) return [];
      throw error;
    }
  }

  async #whyMissing({ apiVersion, kind }: KindRef, kinds: Kinds, signal?: AbortSignal): Promise<string> {
    const home = Object.values(KINDS).find((one) => one.kind === kind && one.apiVersion !== apiVersion);
    if (home !== undefined) return `"${kind}" is of ${home.apiVersion}`;
    if (kinds.size > 0) return instead(kind, { apiVersion, kinds: [...kinds.keys()] });
    const [group = "", version] = apiVersion.split("/");
    if (version === undefined) return `there is no API version ${apiVersion}`;
    const versions = await this.#versions(group, signal);
    return versions.length === 0 ? `no group ${group} is served` : `the group ${group} is served as ${versions.join(", ")}`;
  }

  async #versions(group: string, signal?: AbortSignal): Promise<readonly string[]> {
    try {
      return parseVersions(await this.#fetch("/apis", signal), group);
    } catch (error) {
      if (refusedStatus(error) !== undefined) return [];
      throw error;
    }
  }
}

/** The path of a collection, or of one object in it. */
export const pathOf = (resource: ResourcePath, namespace: string | undefined, name?: string): string => {
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${resource.base}${scope}/${resource.plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
};
