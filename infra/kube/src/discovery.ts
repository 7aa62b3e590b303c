import type { KindRef } from "./kube-client.ts";
import { kubeRefused, refusedStatus } from "./refusal.ts";

/** Where the objects of a kind live under the API server. */
export interface ResourcePath {
  readonly base: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

type Fetch = (path: string, signal?: AbortSignal) => Promise<unknown>;
type Kinds = ReadonlyMap<string, ResourcePath>;

interface ResourceList {
  readonly resources?: readonly { readonly name: string; readonly kind: string; readonly namespaced: boolean }[];
}

const baseOf = (apiVersion: string): string => (apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`);

/** Which paths serve which kinds, asked once per group and version; a kind that is missing is asked for again, since CRDs come later. */
export class Discovery {
  readonly #fetch: Fetch;
  readonly #cluster: string;
  readonly #known = new Map<string, Kinds>();

  constructor(cluster: string, fetch: Fetch) {
    this.#cluster = cluster;
    this.#fetch = fetch;
  }

  async resolve({ apiVersion, kind }: KindRef, signal?: AbortSignal): Promise<ResourcePath> {
    const known = this.#known.get(apiVersion)?.get(kind);
    if (known !== undefined) return known;
    const found = (await this.#ask(apiVersion, signal)).get(kind);
    if (found !== undefined) return found;
    throw kubeRefused(
      { cluster: this.#cluster, method: "GET", path: baseOf(apiVersion) },
      { status: 404, reason: "NotFound", message: `the API server serves no kind "${kind}" in ${apiVersion}` },
    );
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

  async #resources(base: string, signal?: AbortSignal): Promise<NonNullable<ResourceList["resources"]>> {
    try {
      return ((await this.#fetch(base, signal)) as ResourceList).resources ?? [];
    } catch (error) {
      // A group that is not served has none of its kinds; resolve() says so in better words.
      if (refusedStatus(error) === 404) return [];
      throw error;
    }
  }
}

/** The path of a collection, or of one object in it. */
export const pathOf = (resource: ResourcePath, namespace: string | undefined, name?: string): string => {
  const scope = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${resource.base}${scope}/${resource.plural}${name === undefined ? "" : `/${encodeURIComponent(name)}`}`;
};
