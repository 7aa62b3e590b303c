import { expect, plan, probes, test } from "@kubera-e2e/fixtures";

test.describe("a connected cluster", { tag: "@disruptive" }, () => {
  test.use({ state: "openebs" });

  test(
    "is linked again after maya-io-agent was killed",
    plan("TCID-DIR-CHAOS-AGENT-KILL-MAYA-IO-AGENT", { day: 2, priority: 0 }),
    async ({ bed, project, release }) => {
      const id = await project.idOf(bed.member);
      const state = async (): Promise<string | undefined> => {
        const { state: seen } = await project.cluster(id);
        return seen === "active" ? undefined : `the cluster is ${seen}`;
      };
      const link = bed.sample("Director calls the cluster active", state);
      const { namespace } = release.agents;
      await bed.member.kill({ kind: "Deployment", namespace, name: "maya-io-agent" });
      await bed.member.until(probes.deploymentAvailable({ namespace, name: "maya-io-agent" }));
      await link.steady(bed.intervals.clusterActive);
      expect(await project.idOf(bed.member)).toBe(id);
      expect(await project.nodes({ clusterId: id, state: "active" })).toHaveLength(bed.member.nodes.length);
    },
  );
});
