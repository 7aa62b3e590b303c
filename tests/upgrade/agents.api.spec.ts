import { clusterReaches, expect, KINDS, notYet, plan, reached, test, type Cluster, type KubeObject } from "@kubera-e2e/fixtures";

type Pod = KubeObject & {
  readonly spec?: { readonly containers: readonly { readonly image: string }[] };
  readonly status?: { readonly phase?: string };
};

interface Agents {
  readonly namespace: string;
  readonly components: readonly string[];
}

test.use({ state: "bare", disturbs: true });

/** Until every agent of a cluster runs in a release, and in no other. */
const agentsAre = (version: string, { namespace, components }: Agents) => ({
  what: `the ${components.length} agents are of ${version}`,
  kinds: [{ ...KINDS.pod, namespace }],
  probe: (view: Parameters<Parameters<Cluster["until"]>[0]["probe"]>[0]) => {
    const pods = view.list<Pod>(KINDS.pod, namespace);
    const images = pods.flatMap(({ spec }) => spec?.containers ?? []).map(({ image }) => image);
    const others = images.filter((image) => !image.endsWith(`:${version}`));
    const running = pods.filter(({ status }) => status?.phase === "Running");
    return others.length === 0 && running.length === components.length
      ? reached(true as const)
      : notYet(`${running.length} run; ${others.length} are not of it, as ${others[0] ?? "none"}`);
  },
});

test(
  "agents everywhere follow the Director they belong to",
  plan("TCID-DIR-UPGRADE-AGENTS", { day: 2, priority: 1, assumption: "A-AGENT-UPGRADE" }),
  async ({ bed, release, previousRelease }) => {
    await bed.installDirector(previousRelease);
    const id = await bed.connect(bed.member);
    await bed.member.until(agentsAre(previousRelease, release.agents));
    await bed.installDirector(release.release);
    for (const cluster of [bed.server, bed.member])
      await cluster.until(agentsAre(release.release, release.agents), bed.intervals.directorReady);
    const group = await (await bed.directorAsAdministrator()).projectGroup();
    await clusterReaches({ group, deadlineMs: bed.intervals.clusterActive, intervalMs: bed.intervals.poll }, id, "active");
    const nodes = (await group.nodes({ clusterId: id, state: "active" })).map(({ name }) => name);
    expect(nodes.toSorted()).toEqual([...bed.member.nodes].toSorted());
  },
);
