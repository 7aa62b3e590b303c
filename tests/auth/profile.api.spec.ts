import { expect, plan, test } from "@kubera-e2e/fixtures";
import { uniqueEmail } from "@kubera-e2e/fixtures/people";

test(
  "what a new user says of himself is kept",
  plan("TCID-DIR-PROFILE-ONBOARDING", { day: 1, priority: 1, assumption: "A-ACCOUNT-FIELDS" }),
  async ({ people }) => {
    const { director, accountId, email } = await people.signUp({ firstName: "New", lastName: "Comer" });
    const profile = { firstName: "Ada", lastName: "Lovelace", email, onboardingStatus: 3 };
    await director.accounts.update(accountId, profile);
    expect(await director.accounts.read(accountId)).toMatchObject(profile);
  },
);

test(
  "the profile is the same after the next login",
  plan("TCID-DIR-PROFILE-READBACK", { day: 1, priority: 2, assumption: "A-ACCOUNT-FIELDS" }),
  async ({ people }) => {
    const person = await people.signUp({ firstName: "Grace", lastName: "Hopper" });
    const { accountId, email } = person;
    await person.director.accounts.update(accountId, { firstName: "Grace", lastName: "Hopper", email, onboardingStatus: 3 });
    const before = await person.director.accounts.read(accountId);
    const later = await person.signIn();
    expect(await later.accounts.read(accountId)).toEqual(before);
    expect(before).toMatchObject({ firstName: "Grace", lastName: "Hopper", email });
  },
);

test(
  "a local user gets another name",
  plan("TCID-DIR-PROFILE-EDIT-NAME", { day: 1, priority: 2, assumption: "A-ACCOUNT-FIELDS" }),
  async ({ people }) => {
    const [person, other] = [
      await people.signUp({ firstName: "Old", lastName: "Name" }),
      await people.signUp({ firstName: "Old", lastName: "Name" }),
    ];
    await person.director.accounts.update(person.accountId, { firstName: "Another", lastName: "Surname", email: person.email });
    const names = { firstName: "Another", lastName: "Surname" };
    expect(await person.director.accounts.read(person.accountId)).toMatchObject(names);
    expect(await other.director.accounts.search(person.accountId), "as others find him").toMatchObject(names);
    expect(await other.director.accounts.read(other.accountId), "others stay").toMatchObject({ firstName: "Old", lastName: "Name" });
    const path = `/v3/accounts/${other.accountId}`;
    expect(await person.director.request({ method: "PUT", path, body: { firstName: "Not", lastName: "Mine" } })).toBeRefused();
    expect(await other.director.accounts.read(other.accountId), "nobody renames another").toMatchObject({ firstName: "Old" });
  },
);

test("a user signs in with a changed e-mail address", plan("TCID-DIR-PROFILE-EDIT-EMAIL", { day: 1, priority: 1 }), async ({ people }) => {
  const person = await people.signUp();
  const email = uniqueEmail("moved");
  await person.director.accounts.update(person.accountId, { firstName: "Erin", lastName: "Tester", email });
  const later = await person.signIn(email);
  expect(later.session?.accountId).toBe(person.accountId);
  expect(await later.accounts.read(person.accountId)).toMatchObject({ email });
});

test(
  "the Administrator's name stays as it is",
  plan("TCID-DIR-PROFILE-ADMIN-NAME-LOCKED", { day: 1, priority: 2, assumption: "A-ERROR-STATUS" }),
  async ({ director }) => {
    const id = director.session?.accountId ?? "";
    const before = await director.accounts.read(id);
    for (const body of [{ firstName: "Renamed" }, { lastName: "Renamed" }])
      expect(await director.request({ method: "PUT", path: `/v3/accounts/${id}`, body })).toBeRefused();
    expect(await director.accounts.read(id)).toEqual(before);
  },
);
