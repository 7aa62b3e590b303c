import { expect, plan, test } from "@kubera-e2e/fixtures";
import { newPassword } from "@kubera-e2e/fixtures/people";

test(
  "a user's new password opens Director, and the old one no longer does",
  plan("TCID-DIR-AUTH-PASSWORD-CHANGE-USER", { day: 1, priority: 1, assumption: "A-PASSWORD-CHANGE" }),
  async ({ people }) => {
    const person = await people.signUp();
    const changed = await person.account.changePassword();
    await expect(person.account.signIn()).rejects.toThrow(/DIRECTOR_REFUSED.* 401 /);
    expect((await changed.signIn()).session?.accountId).toBe(person.accountId);
  },
);

test(
  "nobody gets another password without knowing the old one",
  plan("TCID-DIR-AUTH-PASSWORD-CHANGE-USER", { day: 1, priority: 1, row: "a wrong old one", assumption: "A-PASSWORD-CHANGE" }),
  async ({ people }) => {
    const person = await people.signUp();
    await expect(person.director.changePassword({ before: newPassword(), after: newPassword() })).rejects.toThrow(
      /DIRECTOR_REFUSED.* 4\d\d /,
    );
    expect((await person.account.signIn()).session?.accountId, "the old one stays").toBe(person.accountId);
  },
);

test.describe("the Administrator", () => {
  test.use({ disturbs: true });

  test(
    "comes in with the new password, and no longer with the old one",
    plan("TCID-DIR-AUTH-PASSWORD-CHANGE-ADMIN", { day: 1, priority: 1, assumption: "A-PASSWORD-CHANGE" }),
    async ({ administratorAccount, director }) => {
      const changed = await administratorAccount.changePassword();
      await expect(administratorAccount.signIn()).rejects.toThrow(/DIRECTOR_REFUSED.* 401 /);
      expect((await changed.signIn()).session?.accountId).toBe(director.session?.accountId);
    },
  );
});
