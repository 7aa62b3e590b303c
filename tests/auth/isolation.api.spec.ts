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

test(
  "nobody gets into another's project by way of his own",
  plan("TCID-DIR-AUTH-TEAM-ISOLATION", { day: 1, priority: 0, row: "by his own group" }),
  async ({ director, team, people }) => {
    const { projectId } = team.project;
    const { director: stranger, own } = await people.signUp();
    const member = await team.member(await team.join("ProjectAdmin"));
    const [provider] = await stranger.backupProviders();
    const below = `/v3/groups/${own.id}`;
    const identity = await director.setting("websocketproxy.unique.identity");
    const attempts = [
      { method: "GET", path: `${below}/projects/${projectId}` },
      { method: "POST", path: `${below}/projects/${projectId}/?action=getapikey`, form: { identity } },
      { method: "POST", path: `${below}/clusters`, form: { name: "intruder", projectId, provider: "konvoy" } },
      {
        method: "POST",
        path: `${below}/providercredentials`,
        body: {
          name: "intruder",
          projectId,
          providerId: provider?.id,
          credential: { access_id: "an-access-id", secret_key: "a-secret-key" },
        },
      },
      { method: "POST", path: `${below}/groupmembers/${member.id}/?action=changerole`, form: { role: "ProjectMember" } },
      { method: "DELETE", path: `${below}/groupmembers/${member.id}` },
    ] as const;
    for (const attempt of attempts) expect.soft(await stranger.request(attempt), attempt.path).toBeRefused();
    expect(await team.project.clusters()).toEqual([]);
    expect(await team.project.credentials.list()).toEqual([]);
    expect((await team.project.team.members()).find(({ id }) => id === member.id)).toMatchObject({ role: "ProjectAdmin" });
  },
);
