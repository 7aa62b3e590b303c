import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";

const GOOD_PASSWORD = "Passw0rd!";

const newEmail = (name: string): string => `${name}-${Date.now().toString(36)}@example.com`;

const signUp = (director: DirectorClient, person: { firstName?: string; lastName?: string; email?: string; password?: string }) =>
  director.anonymous().request({
    method: "POST",
    path: "/v3/localAuthConfig",
    body: { firstName: person.firstName, lastName: person.lastName, password: { publicValue: person.email, secretValue: person.password } },
  });

const login = (director: DirectorClient, email: string, password: string) =>
  director
    .anonymous()
    .request({ method: "POST", path: "/v3/token", body: { code: `${email}:${password}`, authProvider: "localAuthConfig" } });

const ACCEPTED = [
  { row: "all fields", lastName: "Tester" },
  { row: "no last name", lastName: undefined },
] as const;

for (const { row, lastName } of ACCEPTED) {
  test(`a person signs up and signs in: ${row}`, plan("TCID-DIR-AUTH-LOCAL-USER", { day: 1, priority: 0, row }), async ({ director }) => {
    const email = newEmail("person");
    const answer = await signUp(director, {
      firstName: "Erin",
      email,
      password: GOOD_PASSWORD,
      ...(lastName !== undefined && { lastName }),
    });
    expect(answer).toMatchObject({ status: 201, body: { jwt: expect.any(String), accountId: expect.any(String) } });
    expect((await login(director, email, GOOD_PASSWORD)).status).toBe(201);
  });
}

const REFUSED = [
  { row: "no first name", person: { password: GOOD_PASSWORD } },
  { row: "no password", person: { firstName: "Erin" } },
  { row: "e-mail without @", person: { firstName: "Erin", password: GOOD_PASSWORD }, email: "erin.example.com" },
  { row: "password of five letters", person: { firstName: "Erin", password: "abcde" } },
  { row: "password of letters only", person: { firstName: "Erin", password: "abcdefghijklmnopqrst" } },
  { row: "password of digits only", person: { firstName: "Erin", password: "1234567890" } },
  { row: "password without upper case and digit", person: { firstName: "Erin", password: "abcdefg!" } },
] as const;

for (const { row, person, ...given } of REFUSED) {
  test(
    `nobody signs up with: ${row}`,
    plan("TCID-DIR-AUTH-LOCAL-USER", { day: 1, priority: 0, row, assumption: "A-SIGNUP-REFUSAL" }),
    async ({ director }) => {
      const email = "email" in given ? given.email : newEmail("refused");
      expect(await signUp(director, { ...person, email })).toBeRefused();
      const password = "password" in person ? person.password : GOOD_PASSWORD;
      expect(await login(director, email, password), "no account was made").toBeRefused();
    },
  );
}

test("an e-mail address signs up once", plan("TCID-DIR-AUTH-SIGNUP-DUPLICATE-EMAIL", { day: 1, priority: 0 }), async ({ director }) => {
  const email = newEmail("once");
  expect((await signUp(director, { firstName: "First", email, password: GOOD_PASSWORD })).status).toBe(201);
  expect(await signUp(director, { firstName: "Second", email, password: "0ther-Passw0rd" })).toBeRefused(409);
  expect((await login(director, email, GOOD_PASSWORD)).status, "the first one still signs in").toBe(201);
  expect(await login(director, email, "0ther-Passw0rd"), "the second one never did").toBeRefused();
});
