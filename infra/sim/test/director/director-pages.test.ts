import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DirectorBed, ADMIN } from "./director-bed.ts";
import { textAt } from "../../src/director/json.ts";

let bed: DirectorBed;
beforeAll(async () => {
  bed = await DirectorBed.open();
  bed.install();
  await bed.ready();
});
afterAll(() => bed[Symbol.asyncDispose]());

const cookieOf = async (): Promise<string> => {
  const login = await bed.call()("POST", "/v3/token", { code: `${ADMIN.username}:${ADMIN.password}` });
  return `token=${textAt(login.body, "jwt") ?? ""}`;
};

describe("the web UI", () => {
  it("offers labelled fields and a button to sign in, says that it is simulated, and runs no foreign script", async () => {
    const page = await bed.call()("GET", "/login");
    expect(page.status).toBe(200);
    for (const part of [
      'id="signinEmail"',
      'id="signinPassword"',
      'for="signinEmail"',
      ">Sign in</button>",
      "SIMULATED",
      'lang="en"',
      'role="alert"',
      "The email address or password is incorrect.",
    ])
      expect(page.text).toContain(part);
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-.+'; script-src 'sha256-/);
  });

  it.each([
    ["/", "/login"],
    ["/dashboard", "/login"],
    ["/logout", "/login"],
  ])("leads from %s to %s without a session", async (from, to) => {
    const answer = await bed.call()("GET", from);
    expect([answer.status, answer.headers.get("location")]).toEqual([302, to]);
  });

  it("shows who is signed in and the clusters, escaped", async () => {
    const page = await bed.call({ cookie: await cookieOf() })("GET", "/dashboard");
    expect(page.text).toContain('<strong id="user">Administrator</strong>');
    expect(page.text).toContain('<th scope="row">OpenEBSDirector</th>');
    const body = { firstName: "<b>Bo</b>", password: { publicValue: "bo@example.com", secretValue: "Str0ng!pw" } };
    const jwt = textAt((await bed.call()("POST", "/v3/localAuthConfig", body)).body, "jwt") ?? "";
    const other = await bed.call({ cookie: `token=${jwt}` })("GET", "/dashboard");
    expect(other.text).toContain("&lt;b&gt;Bo&lt;/b&gt;");
    expect(other.text).toContain("No clusters yet.");
  });
});
