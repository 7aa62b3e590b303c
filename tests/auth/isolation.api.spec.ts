import { expect, plan, test } from "@kubera-e2e/fixtures";

const VIEWS = ["", "/projects", "/groupmembers", "/clusters", "/nodes", "/openebses", "/recommendations", "/mayaapplications"] as const;

test(
  "nobody reads a project of which he is no member",
  plan("TCID-DIR-AUTH-TEAM-ISOLATION", { day: 1, priority: 0 }),
  async ({ team, people }) => {
    const { id, projectId } = team.project;
    const cluster = await team.project.registerCluster({ name: "mine-alone", projectId, provider: "konvoy" });
    const { director: stranger, own } = await people.signUp();
    for (const view of VIEWS) expect.soft(await stranger.request({ method: "GET", path: `/v3/groups/${id}${view}` }), view).toBeRefused();
    for (const group of [id, own.id])
      expect(await stranger.request({ method: "GET", path: `/v3/groups/${group}/clusters/${cluster.id}` })).toBeRefused();
    expect((await stranger.groups()).map((group) => group.id)).toEqual([own.id]);
    expect((await own.projects()).map((project) => project.id)).not.toContain(projectId);
    const form = { name: "intruder", projectId, provider: "konvoy" };
    expect(await stranger.request({ method: "POST", path: `/v3/groups/${id}/clusters`, form })).toBeRefused();
    expect(
      (await team.project.clusters()).map(({ name }) => name),
      "nothing was added",
    ).toEqual(["mine-alone"]);
  },
);
