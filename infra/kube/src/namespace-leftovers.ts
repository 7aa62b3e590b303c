import type { Condition, OwnedMeta } from "./kinds.ts";
import type { KubeClient, KubeObject } from "./kube-client.ts";
import { parseVersions } from "./discovery.ts";

interface Terminating extends KubeObject {
  readonly metadata: KubeObject["metadata"] & OwnedMeta;
  readonly status?: { readonly conditions?: readonly Condition[] };
}

interface Leftovers {
  readonly items?: readonly { readonly metadata?: { readonly name?: string; readonly finalizers?: readonly string[] } }[];
}

const RESOURCES_LIMIT = 5;
const NAMES_LIMIT = 5;

/** "pods." and "cstorvolumereplicas.cstor.openebs.io" in what the namespace controller says remains. */
const remaining = ({ status }: Terminating): readonly string[] => {
  const told = (status?.conditions ?? []).filter(({ type, status }) => type === "NamespaceContentRemaining" && status === "True");
  return told.flatMap(({ message = "" }) =>
    [...message.matchAll(/([a-z0-9][a-z0-9.-]*) has \d+ resource instances/g)].map(([, name = ""]) => name),
  );
};

const pathsOf = async (client: KubeClient, group: string, signal: AbortSignal): Promise<readonly string[]> => {
  if (group === "") return ["/api/v1"];
  const [version] = parseVersions(await client.raw("/apis", { signal }), group);
  return version === undefined ? [] : [`/apis/${group}/${version}`];
};

const describe = (resource: string, { items = [] }: Leftovers): string => {
  const shown = items.slice(0, NAMES_LIMIT).map(({ metadata }) => {
    const { name = "?", finalizers = [] } = metadata ?? {};
    return finalizers.length === 0 ? name : `${name} (held by ${finalizers.join(", ")})`;
  });
  return `left in it: ${resource} ${shown.join(", ")}${items.length > NAMES_LIMIT ? ` and ${items.length - NAMES_LIMIT} more` : ""}`;
};

/** Names, with their finalizers, of the objects that a terminating namespace still holds, as its own conditions list them; one line per kind. */
export const namespaceLeftovers = async (client: KubeClient, namespace: Terminating, signal: AbortSignal): Promise<string[]> => {
  const lines: string[] = [];
  for (const told of remaining(namespace).slice(0, RESOURCES_LIMIT)) {
    const [plural = "", ...group] = told.replace(/\.$/, "").split(".");
    for (const base of await pathsOf(client, group.join("."), signal)) {
      const path = `${base}/namespaces/${encodeURIComponent(namespace.metadata.name)}/${plural}`;
      const found = (await client.raw(path, { signal })) as Leftovers;
      if ((found.items ?? []).length > 0) lines.push(describe(plural, found));
    }
  }
  return lines;
};
