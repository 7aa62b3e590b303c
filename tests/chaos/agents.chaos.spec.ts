import { expect, KINDS, notYet, plan, probes, reached, test, waitUntil, type Bed } from "@kubera-e2e/fixtures";
import type { Linked } from "@kubera-e2e/fixtures/disruption";

test.use({ state: "openebs" });

const AGENT = { kind: "Deployment", namespace: "maya-system", name: "maya-io-agent" } as const;

/** On a node it says nothing to anybody else. */
const LABEL = "kubera-e2e/told";

const agentsReady = async (bed: Bed, names: readonly string[]): Promise<void> => {
  for (const name of names) await bed.member.until(probes.deploymentAvailable({ namespace: AGENT.namespace, name }));
};

/** Active again under the id of before, and with all its nodes. */
const isLinked = async (bed: Bed, { id, project, seen }: Linked): Promise<void> => {
  await seen.steady(bed.intervals.clusterActive);
  expect(await project.idOf(bed.member)).toBe(id);
  expect(await project.nodes({ clusterId: id, state: "active" })).toHaveLength(bed.member.nodes.length);
};

const HARMS = [
  {
    details: plan("TCID-DIR-CHAOS-AGENT-KILL-MAYA-IO-AGENT", { day: 2, priority: 0 }),
    what: "maya-io-agent was killed",
    harm: (bed: Bed) => bed.member.kill(AGENT),
  },
  {
    details: plan("TCID-DIR-CHAOS-AGENT-REBOOT-NODE", { day: 2, priority: 1 }),
    what: "the node of maya-io-agent lost its power",
    harm: async (bed: Bed) => {
      for (const node of await bed.member.nodesOf([AGENT])) await bed.reboot(bed.member, node);
    },
  },
] as const;

test.describe("a connected cluster", { tag: "@disruptive" }, () => {
  for (const { details, what, harm } of HARMS) {
    test(`is linked again after ${what}`, details, async ({ bed, keepsakes, release }) => {
      const link = await keepsakes.link();
      await harm(bed);
      await agentsReady(bed, release.agents.components);
      await isLinked(bed, link);
    });
  }

  test(
    "is linked again after its agents were evicted",
    plan("TCID-DIR-CHAOS-AGENT-EVICT", { day: 2, priority: 1 }),
    async ({ bed, keepsakes, release }) => {
      const link = await keepsakes.link();
      for (const name of release.agents.components) await bed.member.evict({ ...AGENT, name });
      await agentsReady(bed, release.agents.components);
      await isLinked(bed, link);
    },
  );

  test(
    "is linked again by an agent on another node after its own was drained",
    plan("TCID-DIR-CHAOS-AGENT-DRAIN-NODE", { day: 2, priority: 1 }),
    async ({ bed, keepsakes, release }) => {
      const link = await keepsakes.link();
      const [node = "", ...others] = await bed.member.nodesOf([AGENT]);
      await bed.member.drain(node);
      await agentsReady(bed, release.agents.components);
      const now = await bed.member.nodesOf([AGENT]);
      await bed.member.uncordon(node);
      await isLinked(bed, link);
      expect(now).not.toContain(node);
      expect(others).toEqual([]);
    },
  );

  test(
    "is offline while maya-io-agent is cut off, and linked again afterwards",
    plan("TCID-DIR-CHAOS-AGENT-CUT-OFF-MAYA-IO-AGENT", { day: 2, priority: 1 }),
    async ({ bed, keepsakes }) => {
      const link = await keepsakes.link();
      await bed.member.cutOff(AGENT);
      await link.seen.interrupted(bed.intervals.clusterActive);
      expect(await link.project.cluster(link.id)).toMatchObject({ state: "offline" });
      await bed.member.mend(AGENT);
      await isLinked(bed, link);
    },
  );

  test(
    "tells of its nodes again after status-agent was killed, and stays active",
    plan("TCID-DIR-CHAOS-AGENT-KILL-STATUS-AGENT", { day: 2, priority: 1, assumption: "A-STATUS-AGENT" }),
    async ({ bed, keepsakes }) => {
      const { id, project, seen } = await keepsakes.link();
      await bed.member.kill({ ...AGENT, name: "status-agent" });
      await agentsReady(bed, ["status-agent"]);
      const [name = ""] = bed.member.workers;
      const label = (value: string | null) => bed.member.kube.patch({ ...KINDS.node, name }, { metadata: { labels: { [LABEL]: value } } });
      await label("after-the-kill");
      await waitUntil({
        what: `Director tells what node ${name} was labelled with`,
        deadlineMs: bed.intervals.clusterActive,
        intervalMs: bed.intervals.poll,
        probe: async () => {
          const told = (await project.nodes({ clusterId: id })).find((node) => node.name === name)?.labels?.[LABEL];
          return told === "after-the-kill" ? reached(true) : notYet(`it tells ${told ?? "nothing"}`);
        },
      });
      await label(null);
      expect(await seen.steady(bed.intervals.clusterActive)).toEqual([]);
    },
  );

  test(
    "is given a pool after openebs-manager was killed, and stays active",
    plan("TCID-DIR-CHAOS-AGENT-KILL-OPENEBS-MANAGER", { day: 2, priority: 2 }),
    async ({ bed, keepsakes, pools }) => {
      const { seen } = await keepsakes.link();
      await bed.member.kill({ ...AGENT, name: "openebs-manager" });
      await agentsReady(bed, ["openebs-manager"]);
      const pool = await pools.create({ raid: { raidType: "stripe", groupDeviceCount: 1 } });
      await expect(bed.member).toReach(probes.poolOnline(pool));
      expect(await seen.steady(bed.intervals.clusterActive)).toEqual([]);
    },
  );
});
