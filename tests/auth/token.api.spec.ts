import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";

test(
  "the Administrator gets a token for local credentials",
  plan("TCID-DIR-AUTH-LOCAL-ADMIN", { day: 0, priority: 0 }),
  async ({ director }) => {
    expect(director.session?.jwt).toBeTruthy();
    expect(await director.accounts.read(director.session?.accountId ?? "")).toMatchObject({ id: director.session?.accountId });
    expect(await director.anonymous().request({ method: "GET", path: "/v3/groups" }), "without the token").toBeRefused();
  },
);

const askForToken = (director: DirectorClient, code?: string) =>
  director.anonymous().request({ method: "POST", path: "/v3/token", body: { code, authProvider: "localAuthConfig" } });

const WRONG = [
  { row: "wrong password", code: "Administrator:not-the-password" },
  { row: "unknown user", code: "nobody@example.com:Passw0rd!" },
] as const;

for (const { row, code } of WRONG) {
  test(
    `no token is given for: ${row}`,
    plan("TCID-DIR-AUTH-TOKEN-WRONG-CREDENTIALS", { day: 0, priority: 0, row, assumption: "A-LOGIN-REFUSAL" }),
    async ({ director }) => {
      const answer = await askForToken(director, code);
      expect(answer).toBeRefused();
      expect(answer.body).not.toHaveProperty("jwt");
    },
  );
}

const INCOMPLETE = [
  { row: "no password", code: "Administrator:" },
  { row: "no user", code: ":Passw0rd!" },
  { row: "neither", code: "" },
  { row: "no code at all", code: undefined },
] as const;

for (const { row, code } of INCOMPLETE) {
  test(
    `no token is given where something is left out: ${row}`,
    plan("TCID-DIR-AUTH-TOKEN-MISSING-FIELDS", { day: 0, priority: 1, row, assumption: "A-LOGIN-REFUSAL" }),
    async ({ director }) => {
      const answer = await askForToken(director, code);
      expect(answer).toBeRefused();
      expect(answer.body).not.toHaveProperty("jwt");
    },
  );
}

test(
  "no token is given to the Administrator's password without a name",
  plan("TCID-DIR-AUTH-TOKEN-MISSING-FIELDS", { day: 0, priority: 1, row: "a right password", assumption: "A-LOGIN-REFUSAL" }),
  async ({ administratorAccount }) => {
    await expect(administratorAccount.signIn("")).rejects.toMatchObject({ code: "DIRECTOR_REFUSED" });
  },
);

/** The port of the service discard, which nobody runs. */
const NOBODY = "http://127.0.0.1:9";

test(
  "a Director that is not there is told from one that refuses",
  plan("TCID-DIR-AUTH-TOKEN-BAD-HOST", { day: 0, priority: 2 }),
  async ({ director }) => {
    const wrong = { username: "nobody@example.com", password: "not-the-password" };
    await using nowhere = director.elsewhere(NOBODY);
    await expect(nowhere.login(wrong)).rejects.toMatchObject({ code: "CONNECTION_REFUSED" });
    await expect(director.anonymous().login(wrong)).rejects.toMatchObject({ code: "DIRECTOR_REFUSED" });
  },
);

test(
  "a session goes on without another login",
  plan("TCID-DIR-AUTH-SESSION-REUSE", { day: 1, priority: 2, assumption: "A-SESSION-LIFETIME" }),
  async ({ people }) => {
    const person = await people.signUp();
    const token = person.director.session?.jwt;
    const groups = await person.director.groups();
    await person.director.createApiKey("between");
    const later = await person.signIn();
    expect(later.session?.jwt, "another login, another session").not.toBe(token);
    expect(await person.director.groups()).toEqual(groups);
    expect(await later.groups()).toEqual(groups);
    expect(person.director.session?.jwt).toBe(token);
  },
);

test(
  "an API key signs its owner in, and half of it does not",
  plan("TCID-DIR-AUTH-APIKEY-CREATE", { day: 0, priority: 0 }),
  async ({ director }) => {
    const key = await director.createApiKey("e2e-key");
    const byKey = director.withApiKey(key);
    expect((await byKey.groups()).map((group) => group.id)).toEqual((await director.groups()).map((group) => group.id));
    const withWrongSecret = director.withApiKey({ publicValue: key.publicValue, secretValue: "not-the-secret" });
    expect(await withWrongSecret.request({ method: "GET", path: "/v3/groups" })).toBeRefused();
  },
);
