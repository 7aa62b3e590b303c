import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";
import { newPassword, uniqueEmail } from "@kubera-e2e/fixtures/people";

const changeOf = (accountId: string, body: Readonly<Record<string, string>>) =>
  ({ method: "POST", path: `/v3/passwords/${accountId}/?action=changesecret`, body }) as const;

/** Somebody whose password the spec knows. */
const signUp = async (visitor: DirectorClient) => {
  const [email, password] = [uniqueEmail("known"), newPassword()];
  const director = await visitor.signUp({ firstName: "Erin", lastName: "Tester", email, password });
  return { director, accountId: director.session?.accountId ?? "", email, password };
};

test(
  "nobody changes another's password, or one that he does not name",
  plan("TCID-DIR-AUTH-PASSWORD-CHANGE-USER", { day: 1, priority: 1, row: "another's", assumption: "A-PASSWORD-CHANGE" }),
  async ({ director }) => {
    const visitor = director.anonymous();
    const [person, stranger] = [await signUp(visitor), await signUp(visitor)];
    const newSecret = newPassword();
    const another = changeOf(person.accountId, { oldSecret: stranger.password, newSecret });
    expect(await stranger.director.request(another), "another's, by one's own").toBeRefused();
    for (const body of [{ newSecret }, { oldSecret: person.password }])
      expect.soft(await person.director.request(changeOf(person.accountId, body)), Object.keys(body).join()).toBeRefused();
    for (const { email, password, accountId } of [person, stranger])
      expect((await visitor.login({ username: email, password })).session?.accountId, "the old one stays").toBe(accountId);
  },
);

test(
  "a profile without a name, or with a malformed one, is not kept",
  plan("TCID-DIR-PROFILE-EDIT-NAME", { day: 1, priority: 2, row: "malformed", assumption: "A-ACCOUNT-FIELDS" }),
  async ({ people }) => {
    const { director, accountId, email } = await people.signUp();
    const before = await director.accounts.read(accountId);
    const profile = { firstName: "Ada", lastName: "Lovelace", email, onboardingStatus: 3 };
    for (const change of [{ firstName: "" }, { onboardingStatus: "third" }]) {
      const body = { ...profile, ...change };
      expect.soft(await director.request({ method: "PUT", path: `/v3/accounts/${accountId}`, body }), JSON.stringify(change)).toBeRefused();
    }
    expect(await director.accounts.read(accountId)).toEqual(before);
  },
);

const askForKey = (director: DirectorClient, { id, projectId }: { readonly id: string; readonly projectId: string }, form: object) =>
  director.request({ method: "POST", path: `/v3/groups/${id}/projects/${projectId}/?action=getapikey`, form: { ...form } });

test(
  "the key for metrics and logs is given to who names this Director alone",
  plan("TCID-DIR-AUTH-APIKEY-FETCH", { day: 1, priority: 1, row: "another identity", assumption: "A-ERROR-STATUS" }),
  async ({ director, team }) => {
    const identity = await director.setting("websocketproxy.unique.identity");
    for (const form of [{}, { identity: `not-${identity}` }]) {
      const answer = await askForKey(team.owner, team.project, form);
      expect(answer).toBeRefused();
      expect(answer.body).not.toHaveProperty("apiKey");
    }
    expect(await askForKey(team.owner, team.project, { identity })).toMatchObject({ status: 200 });
  },
);

test(
  "nobody reads another's account, or settings that are the Administrator's",
  plan("TCID-DIR-AUTH-TEAM-ISOLATION", { day: 1, priority: 0, row: "account and settings", assumption: "A-ACCOUNT-FIELDS" }),
  async ({ director, people }) => {
    const [person, stranger] = [await people.signUp(), await people.signUp()];
    const paths = [`/v3/accounts/${person.accountId}`, "/v3/accounts/1a999999", "/v3/settings/websocketproxy.unique.identity"];
    for (const path of paths) expect.soft(await stranger.director.request({ method: "GET", path }), path).toBeRefused();
    expect(await director.request({ method: "GET", path: "/v3/settings/e2e.there.is.none" }), "a setting that is none").toBeRefused();
  },
);
