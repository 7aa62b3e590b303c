import { clusterReaches, nodeNumber, openebsJobDone } from "@kubera-e2e/director";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { BedClients } from "./bed-context.ts";
import { asAdministrator, type MemberOptions, type ProjectGroup } from "./connect-member.ts";
import { nameInDirector } from "./director-name.ts";
import { openebsFields, type OpenebsChoice } from "./openebs-choice.ts";

export type { OpenebsChoice } from "./openebs-choice.ts";
export type OpenebsOptions = MemberOptions & OpenebsChoice;

/** An installation that is under way. */
export interface StartedOpenEBS {
  readonly clusterId: string;
  readonly recordId: string;
  readonly jobId: string;
}

interface Installing {
  readonly choice: OpenebsChoice;
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

const pace = ({ context, signal }: Installing, interval: "clusterActive" | "openebsReady") => {
  const { [interval]: deadlineMs, poll: intervalMs } = context.bed.intervals;
  return { deadlineMs, intervalMs, signal, clock: context.clock };
};

/** The numbers of the cluster's nodes by name. Director learns of nodes from the agents, some time after the cluster is active. */
const nodeNumbers = (installing: Installing): Promise<ReadonlyMap<string, string>> => {
  const { context, group, clusterId, cluster } = installing;
  const wanted = context.bed.clusters.find(({ name }) => name === cluster)?.vms.length ?? 1;
  return waitUntil<ReadonlyMap<string, string>>({
    ...pace(installing, "clusterActive"),
    what: `Director knows the ${wanted} nodes of ${cluster}`,
    probe: async (signal) => {
      const nodes = await group.nodes({ clusterId, state: "active", signal });
      return nodes.length >= wanted
        ? reached(new Map(nodes.map(({ id, name }) => [name, nodeNumber(id)])))
        : notYet(`it knows ${nodes.length}`);
    },
  });
};

const chosenNumbers = ({ cluster }: Installing, numbers: ReadonlyMap<string, string>, names = [...numbers.keys()]): string[] =>
  names.map((name) => {
    const number = numbers.get(name);
    if (number === undefined) throw missing(`Director knows no node ${name}`, `nodes of cluster ${cluster}`);
    return number;
  });

const selectNodes = async (installing: Installing, recordId: string): Promise<void> => {
  const { group, choice, signal } = installing;
  const numbers = await nodeNumbers(installing);
  const controlPlaneNodes = chosenNumbers(installing, numbers, choice.controlPlane && [...choice.controlPlane]);
  const dataPlaneNodes = chosenNumbers(installing, numbers, choice.dataPlane && [...choice.dataPlane]);
  await group.selectOpenebsNodes(recordId, { controlPlaneNodes, dataPlaneNodes }, { signal });
};

const templateOf = async ({
  group,
  choice: { version },
  signal,
}: Installing): Promise<{ readonly id: string; readonly version: string }> => {
  const templates = await group.openebsTemplates({ signal });
  const wanted = version === undefined ? templates[0] : templates.find((template) => template.version === version);
  if (wanted !== undefined) return wanted;
  throw missing(`Director does not offer OpenEBS ${version ?? "in any version"}`, `openebstemplates of group ${group.id}`);
};

const start = async (installing: Installing): Promise<StartedOpenEBS> => {
  const { group, clusterId, choice, signal } = installing;
  await clusterReaches({ ...pace(installing, "clusterActive"), group }, clusterId, "active");
  const template = await templateOf(installing);
  tell(installing, "started", template.version);
  const owner = { clusterId, creatorId: group.id, projectId: group.projectId };
  const record = await group.createOpenebs({ ...owner, templateId: template.id, ...openebsFields(choice) }, { signal });
  await selectNodes(installing, record.id);
  const job = await group.installOpenebs(record.id, record.installationManifest, { signal });
  return { clusterId, recordId: record.id, jobId: job.id };
};

const awaitRecord = (installing: Installing): Promise<true> => {
  const { group, clusterId, cluster } = installing;
  return waitUntil({
    ...pace(installing, "openebsReady"),
    what: `Director lists OpenEBS of ${cluster} as active`,
    probe: async (signal) => {
      const active = await group.openebses({ clusterId, state: "active", signal });
      return active.length > 0 ? reached(true as const) : notYet("no record of it is active");
    },
  });
};

const install = async (installing: Installing): Promise<void> => {
  const { group, clusterId, signal } = installing;
  if ((await group.openebses({ clusterId, state: "active", signal })).length > 0) return;
  const { jobId } = await start(installing);
  const onProgress = (because: string): void => tell(installing, "waiting", because);
  await openebsJobDone({ ...pace(installing, "openebsReady"), group, onProgress }, jobId);
  await awaitRecord(installing);
  tell(installing, "done");
};

const onCluster = <T>(context: BedClients, options: OpenebsOptions, act: (installing: Installing) => Promise<T>): Promise<T> =>
  asAdministrator(context, async (group) => {
    const { cluster, signal = new AbortController().signal, ...choice } = options;
    const name = nameInDirector(context.bed, cluster);
    const known = (await group.clusters({ signal })).find((candidate) => candidate.name === name);
    if (known === undefined) throw missing(`Director knows no cluster called ${name}`, `clusters of group ${group.id}`);
    return act({ context, group, cluster, clusterId: known.id, choice, signal });
  });

/**
 * Starts the installation of an OpenEBS that Director offers, through Director as the administrator, and does not wait for its job.
 *
 * Errors: `DIRECTOR_REFUSED`, `DIRECTOR_CONTRACT` when the cluster is not connected, a node is unknown or no version is offered.
 */
export const startOpenEBS = (context: BedClients, options: OpenebsOptions): Promise<StartedOpenEBS> => onCluster(context, options, start);

/**
 * Installs an OpenEBS that Director offers on a connected cluster, by default on all its nodes, through Director as the administrator,
 * and waits until its job has succeeded. One that is active already stays as it is.
 *
 * Errors: those of `startOpenEBS`; `WAIT_DEADLINE` and `WAIT_TERMINAL` within `intervals.openebsReady`.
 */
export const installOpenEBS = (context: BedClients, options: OpenebsOptions): Promise<void> => onCluster(context, options, install);
