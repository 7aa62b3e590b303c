import { expect, plan, test, type DirectorClient } from "@kubera-e2e/fixtures";
import { newPassword, uniqueEmail } from "@kubera-e2e/fixtures/people";

const GOOD_PASSWORD = newPassword();

interface Applicant {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly email?: string | undefined;
  readonly password?: string | undefined;
}

const signUp = (director: DirectorClient, { firstName, lastName, email, password }: Applicant) =>
  director.anonymous().request({
    method: "POST",
    path: "/v3/localAuthConfig",
    body: { firstName, lastName, password: { publicValue: email, secretValue: password } },
  });

const login = (director: DirectorClient, { email = "", password = "" }: Applicant) =>
  director
    .anonymous()
    .request({ method: "POST", path: "/v3/token", body: { code: `${email}:${password}`, authProvider: "localAuthConfig" } });

const SIGNED_UP = { status: 201, body: { jwt: expect.any(String), accountId: expect.any(String) } };

const expectAccepted = async (director: DirectorClient, person: Applicant): Promise<void> => {
  expect(await signUp(director, person)).toMatchObject(SIGNED_UP);
  expect((await login(director, person)).status).toBe(201);
};

const expectRefused = async (director: DirectorClient, person: Applicant): Promise<void> => {
  expect(await signUp(director, person)).toBeRefused();
  expect(await login(director, person), "no account was made").toBeRefused();
};

/** An address that is taken would be refused. */
const expectFree = async (director: DirectorClient, email: string | undefined): Promise<void> => {
  expect((await signUp(director, { firstName: "Late", email, password: GOOD_PASSWORD })).status, "the address is free").toBe(201);
};

const applicant = (name: string): Applicant => ({
  firstName: "Erin",
  lastName: "Tester",
  email: uniqueEmail(name),
  password: GOOD_PASSWORD,
});

const without = (field: keyof Applicant, person: Applicant): Applicant => ({ ...person, [field]: undefined });

test("a person signs up and signs in", plan("TCID-DIR-AUTH-LOCAL-USER", { day: 1, priority: 0 }), async ({ director }) => {
  await expectAccepted(director, applicant("person"));
});

test(
  "a person without a last name signs up",
  plan("TCID-DIR-AUTH-SIGNUP-OPTIONAL-LASTNAME", { day: 1, priority: 2 }),
  async ({ director }) => {
    await expectAccepted(director, without("lastName", applicant("mononym")));
  },
);

for (const field of ["firstName", "email", "password"] as const) {
  test(
    `nobody signs up without: ${field}`,
    plan("TCID-DIR-AUTH-SIGNUP-REQUIRED-FIELDS", { day: 1, priority: 1, row: field, assumption: "A-SIGNUP-REFUSAL" }),
    async ({ director }) => {
      const person = applicant("incomplete");
      await expectRefused(director, without(field, person));
      await expectFree(director, person.email);
    },
  );
}

test(
  "nobody signs up with what is no e-mail address",
  plan("TCID-DIR-AUTH-SIGNUP-INVALID-EMAIL", { day: 1, priority: 1, assumption: "A-SIGNUP-REFUSAL" }),
  async ({ director }) => {
    await expectRefused(director, { ...applicant("no-at"), email: uniqueEmail("no-at").replace("@", ".") });
  },
);

const WEAK = [
  { row: "five letters", password: "abcde" },
  { row: "seven characters of every kind", password: "aB1!xyz" },
  { row: "21 characters of every kind", password: "aB1!567890123456789aB" },
  { row: "letters only", password: "abcdefghijklmnopqrst" },
  { row: "digits only", password: "1234567890" },
  { row: "neither upper case nor digit", password: "abcdefg!" },
  { row: "no upper case", password: "abcdef1!" },
  { row: "no digit", password: "Abcdefg!" },
  { row: "no symbol", password: "Abcdefg1" },
] as const;

for (const { row, password } of WEAK) {
  test(
    `nobody signs up with a password of ${row}`,
    plan("TCID-DIR-AUTH-SIGNUP-PASSWORD-POLICY", { day: 1, priority: 1, row, assumption: "A-SIGNUP-REFUSAL" }),
    async ({ director }) => {
      const person = applicant("weak");
      await expectRefused(director, { ...person, password });
      await expectFree(director, person.email);
    },
  );
}

for (const password of ["aB1!5678", "aB1!5678901234567890"]) {
  const row = `${password.length} characters of every kind`;
  test(
    `a person signs up with a password of ${row}`,
    plan("TCID-DIR-AUTH-SIGNUP-PASSWORD-POLICY", { day: 1, priority: 1, row }),
    async ({ director }) => {
      await expectAccepted(director, { ...applicant("strong"), password });
    },
  );
}

test("an e-mail address signs up once", plan("TCID-DIR-AUTH-SIGNUP-DUPLICATE-EMAIL", { day: 1, priority: 0 }), async ({ director }) => {
  const first = applicant("once");
  const second = { ...first, firstName: "Second", password: newPassword() };
  expect((await signUp(director, first)).status).toBe(201);
  expect(await signUp(director, second)).toBeRefused(409);
  expect((await login(director, first)).status, "the first one still signs in").toBe(201);
  expect(await login(director, second), "the second one never did").toBeRefused();
});

test(
  "nobody signs in by a provider that is none",
  plan("TCID-DIR-AUTH-TOKEN-WRONG-CREDENTIALS", { day: 0, priority: 0, row: "unknown provider", assumption: "A-LOGIN-REFUSAL" }),
  async ({ director }) => {
    const { email, password, ...names } = applicant("elsewhere");
    expect((await signUp(director, { email, password, ...names })).status).toBe(201);
    const body = { code: `${email}:${password}`, authProvider: "gardenAuthConfig" };
    const answer = await director.anonymous().request({ method: "POST", path: "/v3/token", body });
    expect(answer).toBeRefused();
    expect(answer.body).not.toHaveProperty("jwt");
  },
);
