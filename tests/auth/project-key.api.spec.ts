import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";

const ALERTS = { method: "GET", path: "/alertstore/alerts" } as const;

/** Base64 of "user:password", as Director hands it out; with another password when one is given. */
const openedBy = (director: DirectorClient, projectKey: string, password?: string): DirectorClient => {
  const [publicValue = "", ...rest] = Buffer.from(projectKey, "base64").toString("utf8").split(":");
  return director.withApiKey({ publicValue, secretValue: password ?? rest.join(":") });
};

test(
  "an owner gets the key for metrics and logs of the project",
  plan("TCID-DIR-AUTH-APIKEY-FETCH", { day: 1, priority: 1, assumption: "A-ALERTS-REST" }),
  async ({ director, team, people }) => {
    const identity = await director.setting("websocketproxy.unique.identity");
    const { id, projectId } = team.project;
    const owner = team.owner.withApiKey(await team.owner.createApiKey("e2e"));
    const key = await owner.group(id).projectKey(projectId, identity);
    expect((await openedBy(director, key).request(ALERTS)).status).toBe(200);
    expect(await openedBy(director, key, "not-the-password").request(ALERTS), "with half of the key").toBeRefused();
    expect(await director.anonymous().request(ALERTS), "without the key").toBeRefused();
    expect(await team.owner.request(ALERTS), "with a session instead").toBeRefused();
    const stranger = await people.signUp();
    const asked = { method: "POST", path: `/v3/groups/${id}/projects/${projectId}/?action=getapikey`, form: { identity } } as const;
    const answer = await stranger.director.request(asked);
    expect(answer).toBeRefused();
    expect(answer.body).not.toHaveProperty("apiKey");
  },
);
