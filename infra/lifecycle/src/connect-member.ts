import { clusterReaches, type DirectorClient, type GroupClient } from "@kubera-e2e/director";
import type { KubeClient } from "@kubera-e2e/kube";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedClients } from "./bed-context.ts";
import { directorName } from "./director-name.ts";

export interface MemberOptions {
  /** Name of the cluster in its bed. */
  readonly cluster: string;
  readonly signal?: AbortSignal;
}

export type ProjectGroup = GroupClient & { readonly projectId: string };

interface Connecting {
  readonly context: BedClients;
  readonly group: ProjectGroup;
  readonly cluster: string;
  readonly signal: AbortSignal;
}

const tell = ({ context, cluster }: Connecting, state: "started" | "waiting" | "done" | "note", because?: string): void =>
  context.onProgress({
    at: new Date(context.clock.now()).toISOString(),
    verb: "connect",
    phase: "connect member",
    subject: cluster,
    state,
    ...(because !== undefined && { because }),
  });

/** Does something signed in as the bed's administrator, within the administrator's project. */
export const asAdministrator = async <T>(
  context: BedClients,
  act: (group: ProjectGroup, director: DirectorClient) => Promise<T>,
): Promise<T> => {
  const director = await context.director();
  try {
    return await act(await director.projectGroup(), director);
  } finally {
    director.close();
  }
};

const waitOf = (connecting: Connecting) => {
  const { context, group, signal } = connecting;
  const { clusterActive, poll } = context.bed.intervals;
  const onProgress = (because: string): void => tell(connecting, "waiting", because);
  return { group, deadlineMs: clusterActive, intervalMs: poll, signal, clock: context.clock, onProgress };
};

/** The registration command's own client deletes agents of an earlier life first; a half-dead one would report for us. */
const removeOldAgents = async ({ context, signal }: Connecting, kube: KubeClient): Promise<void> => {
  const agents = { apiVersion: "v1", kind: "Namespace", name: "maya-system" };
  if ((await kube.get(agents, { signal })) === undefined) return;
  const { probes, waitForKube } = await import("@kubera-e2e/kube");
  await kube.delete(agents, { signal });
  await waitForKube({
    client: kube,
    ...probes.namespaceGone(agents.name),
    deadlineMs: context.bed.intervals.clusterActive,
    signal,
    clock: context.clock,
  });
};

const commandOf = async (connecting: Connecting, id: string): Promise<string> => {
  const { registrationToken } = await clusterReaches(waitOf(connecting), id, "inactive");
  const command = registrationToken?.clusterCommand;
  if (command !== undefined && command !== null && command !== "") return command;
  throw new KuberaError("DIRECTOR_CONTRACT", {
    what: `the cluster ${connecting.cluster} is inactive and has no registration command`,
    where: `cluster ${id} of group ${connecting.group.id}`,
    because: "registrationToken.clusterCommand is what connects a cluster, and it is there once the state is inactive",
    fix: "Look at the log of maya-io; the service that makes registration tokens may not be up.",
  });
};

const connect = async (connecting: Connecting, director: DirectorClient): Promise<string> => {
  const { context, group, signal, cluster } = connecting;
  const name = directorName(context.bed.name, cluster);
  const known = (await group.clusters({ signal })).find((candidate) => candidate.name === name);
  if (known?.state.toLowerCase() === "active") return known.id;
  tell(connecting, "started", `as ${name}`);
  const { id } = known ?? (await group.registerCluster({ name, projectId: group.projectId, provider: "others" }, { signal }));
  const manifests = await director.registrationManifests(await commandOf(connecting, id), { signal });
  const kube = await context.kube(cluster);
  await removeOldAgents(connecting, kube);
  for (const manifest of manifests) await kube.apply(manifest, { signal });
  await clusterReaches(waitOf(connecting), id, "active");
  tell(connecting, "done");
  return id;
};

/**
 * Connects a cluster of the bed to Director as the administrator, by what the registration command would apply, and waits until it is active.
 * A cluster that is active already stays as it is. Returns Director's id of it.
 *
 * Errors: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT`, `KUBE_REFUSED`; `WAIT_DEADLINE` and `WAIT_TERMINAL` within `intervals.clusterActive`.
 */
export const connectMember = (context: BedClients, options: MemberOptions): Promise<string> =>
  asAdministrator(context, (group, director) => {
    const signal = options.signal ?? new AbortController().signal;
    return connect({ context, group, cluster: options.cluster, signal }, director);
  });
