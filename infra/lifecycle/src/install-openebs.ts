import { nodeNumber, openebsJobDone } from "@kubera-e2e/director";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { BedClients } from "./bed-context.ts";
import { asAdministrator, type MemberOptions, type ProjectGroup } from "./connect-member.ts";
import { directorName } from "./director-name.ts";

export interface OpenebsOptions extends MemberOptions {
  /** A version that Director offers; default the newest. */
  readonly version?: string;
}

interface Installing {
  readonly version: string | undefined;
  readonly context: BedClients;
  readonly group: ProjectGroup;
  readonly cluster: string;
  readonly clusterId: string;
  readonly signal: AbortSignal;
}

const tell = ({ context, cluster }: Installing, state: "started" | "waiting" | "done", because?: string): void =>
  context.onProgress({
    at: new Date(context.clock.now()).toISOString(),
    verb: "install",
    phase: "install OpenEBS",
    subject: cluster,
    state,
    ...(because !== undefined && { because }),
  });

const missing = (what: string, where: string): KuberaError =>
  new KuberaError("DIRECTOR_CONTRACT", {
    what,
    where,
    because: "OpenEBS is installed through Director, which must know the cluster and offer a version",
    fix: "Connect the cluster first, and look at what Director answers there.",
  });

/** Director learns of nodes from the agents, some time after the cluster is active. */
const nodeNumbers = ({ context, group, clusterId, cluster, signal }: Installing): Promise<string[]> => {
  const wanted = context.bed.clusters.find(({ name }) => name === cluster)?.vms.length ?? 1;
  return waitUntil({
    what: `Director knows the ${wanted} nodes of ${cluster}`,
    deadlineMs: context.bed.intervals.clusterActive,
    intervalMs: context.bed.intervals.poll,
    signal,
    clock: context.clock,
    probe: async (signal) => {
      const nodes = await group.nodes({ clusterId, state: "active", signal });
      return nodes.length >= wanted ? reached(nodes.map(({ id }) => nodeNumber(id))) : notYet(`it knows ${nodes.length}`);
    },
  });
};

const awaitRecord = ({ context, group, clusterId, cluster, signal }: Installing): Promise<true> =>
  waitUntil({
    what: `Director lists OpenEBS of ${cluster} as active`,
    deadlineMs: context.bed.intervals.openebsReady,
    intervalMs: context.bed.intervals.poll,
    signal,
    clock: context.clock,
    probe: async (signal) => {
      const active = await group.openebses({ clusterId, state: "active", signal });
      return active.length > 0 ? reached(true as const) : notYet("no record of it is active");
    },
  });

const install = async (installing: Installing): Promise<void> => {
  const { context, group, clusterId, version, signal } = installing;
  if ((await group.openebses({ clusterId, state: "active", signal })).length > 0) return;
  const templates = await group.openebsTemplates({ signal });
  const wanted = version === undefined ? templates[0] : templates.find((template) => template.version === version);
  if (wanted === undefined)
    throw missing(`Director does not offer OpenEBS ${version ?? "in any version"}`, `openebstemplates of group ${group.id}`);
  tell(installing, "started", wanted.version);
  const numbers = await nodeNumbers(installing);
  const record = await group.createOpenebs(
    {
      clusterId,
      creatorId: group.id,
      projectId: group.projectId,
      templateId: wanted.id,
      namespace: "openebs",
      defaultDirectory: "/var/openebs",
      installationMode: "basic",
    },
    { signal },
  );
  await group.selectOpenebsNodes(record.id, { controlPlaneNodes: numbers, dataPlaneNodes: numbers }, { signal });
  const job = await group.installOpenebs(record.id, record.installationManifest, { signal });
  const { openebsReady, poll } = context.bed.intervals;
  const onProgress = (because: string): void => tell(installing, "waiting", because);
  await openebsJobDone({ group, deadlineMs: openebsReady, intervalMs: poll, signal, clock: context.clock, onProgress }, job.id);
  await awaitRecord(installing);
  tell(installing, "done");
};

/**
 * Installs an OpenEBS that Director offers on a connected cluster, on all its nodes, through Director as the administrator,
 * and waits until its job has succeeded. One that is active already stays as it is.
 *
 * Errors: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT` when the cluster is not connected or no version is offered;
 * `WAIT_DEADLINE` and `WAIT_TERMINAL` within `intervals.openebsReady`.
 */
export const installOpenEBS = (context: BedClients, options: OpenebsOptions): Promise<void> =>
  asAdministrator(context, async (group) => {
    const signal = options.signal ?? new AbortController().signal;
    const name = directorName(context.bed.name, options.cluster);
    const known = (await group.clusters({ signal })).find((candidate) => candidate.name === name);
    if (known === undefined) throw missing(`Director knows no cluster called ${name}`, `clusters of group ${group.id}`);
    await install({ context, group, cluster: options.cluster, clusterId: known.id, version: options.version, signal });
  });
