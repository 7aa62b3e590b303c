import { probes, waitForKube } from "@kubera-e2e/kube";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { asAdministrator, type MemberOptions } from "./connect-member.ts";
import type { BedClients } from "./bed-context.ts";
import { directorName } from "./director-name.ts";

const AGENTS = "maya-system";

/**
 * Takes a cluster of the bed away from Director as the administrator, waits until its agents and its record are gone, and deletes what the
 * registration applied outside their namespace. A cluster that Director does not know stays as it is.
 *
 * Errors: `DIRECTOR_REFUSED`, `KUBE_REFUSED`; `WAIT_DEADLINE` within `intervals.clusterActive`.
 */
export const disconnectMember = (context: BedClients, { cluster, signal }: MemberOptions): Promise<void> =>
  asAdministrator(context, async (group, director) => {
    const options = signal === undefined ? {} : { signal };
    const name = directorName(context.bed.name, cluster);
    const known = (await group.clusters(options)).find((candidate) => candidate.name === name);
    if (known === undefined) return;
    const command = known.registrationToken?.clusterCommand ?? "";
    const applied = command === "" ? [] : await director.registrationManifests(command, options);
    await group.deleteCluster(known.id, options);
    const kube = await context.kube(cluster);
    const { clusterActive: deadlineMs, poll: intervalMs } = context.bed.intervals;
    await waitForKube({ client: kube, ...probes.namespaceGone(AGENTS), deadlineMs, clock: context.clock, ...options });
    // Whoever connects it next finds a record of its name, and one that is being removed never becomes active.
    await waitUntil({
      what: `Director lists the cluster ${name} no more`,
      deadlineMs,
      intervalMs,
      clock: context.clock,
      ...options,
      probe: async () => {
        const left = (await group.clusters(options)).find(({ id }) => id === known.id);
        return left === undefined ? reached(true as const) : notYet(`it is ${left.state}`);
      },
    });
    for (const { apiVersion, kind, metadata } of applied)
      if (metadata.namespace === undefined && kind !== "Namespace") await kube.delete({ apiVersion, kind, name: metadata.name }, options);
  });
