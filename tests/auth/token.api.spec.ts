import { expect, plan, test } from "@kubera-e2e/fixtures";

test(
  "the Administrator gets a token for local credentials",
  plan("TCID-DIR-AUTH-LOCAL-ADMIN", { day: 0, priority: 0 }),
  async ({ director }) => {
    expect(director.session?.jwt).toBeTruthy();
    expect(await director.account(director.session?.accountId ?? "")).toMatchObject({ id: director.session?.accountId });
    expect(await director.anonymous().request({ method: "GET", path: "/v3/groups" }), "without the token").toBeRefused();
  },
);

const WRONG = [
  { row: "wrong password", code: "Administrator:not-the-password" },
  { row: "unknown user", code: "nobody@example.com:Passw0rd!" },
  { row: "empty password", code: "Administrator:" },
  { row: "empty user", code: ":Passw0rd!" },
  { row: "nothing at all", code: "" },
] as const;

for (const { row, code } of WRONG) {
  test(
    `no token is given for: ${row}`,
    plan("TCID-DIR-AUTH-TOKEN-WRONG-CREDENTIALS", { day: 0, priority: 0, row, assumption: "A-LOGIN-REFUSAL" }),
    async ({ director }) => {
      const answer = await director
        .anonymous()
        .request({ method: "POST", path: "/v3/token", body: { code, authProvider: "localAuthConfig" } });
      expect(answer).toBeRefused();
      expect(answer.body).not.toHaveProperty("jwt");
    },
  );
}

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
