import { expect, plan, test } from "@kubera-e2e/fixtures";

const REFUSAL = /email.*password.*incorrect|incorrect.*email.*password/i;

test(
  "the Administrator signs in through the browser",
  plan("TCID-DIR-GUI-AUTH-LOCAL-ADMIN", { day: 0, priority: 0, assumption: "A-WEB-UI" }),
  async ({ page, directorUrl, administrator }) => {
    await page.goto(directorUrl);
    await page.locator("#signinEmail").fill(administrator.username);
    await administrator.typePassword(page.locator("#signinPassword"));
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page).toHaveURL(/\/dashboard$/);
    await expect(page.getByRole("heading", { name: "Dashboard" })).toBeVisible();
    await expect(page.getByText(administrator.username)).toBeVisible();
    await expect(page.getByRole("alert").filter({ hasText: /\S/ })).toHaveCount(0);
  },
);

const WRONG = [
  {
    row: "wrong password",
    email: "Administrator",
    details: plan("TCID-DIR-GUI-AUTH-WRONG-PASSWORD", { day: 1, priority: 1, assumption: "A-WEB-UI" }),
  },
  {
    row: "unknown user",
    email: "nobody@example.com",
    details: plan("TCID-DIR-GUI-AUTH-WRONG-EMAIL", { day: 1, priority: 2, assumption: "A-WEB-UI" }),
  },
] as const;

for (const { row, email, details } of WRONG) {
  test(`the browser is told one text for every wrong login: ${row}`, details, async ({ page, directorUrl }) => {
    await page.goto(directorUrl);
    await page.locator("#signinEmail").fill(email);
    await page.locator("#signinPassword").fill("not-the-password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await expect(page.getByRole("alert")).toHaveText(REFUSAL);
    await page.goto(new URL("/dashboard", directorUrl).href);
    await expect(page.locator("#signinEmail"), "nobody is signed in").toBeVisible();
  });
}
