import { array, assert, asyncProperty, constant, constantFrom, json, oneof, webQueryParameters, webSegment } from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listAt, textAt } from "../../src/director/json.ts";
import { DirectorBed, ADMIN, until, type Caller } from "./director-bed.ts";

let bed: DirectorBed;
let admin: Caller;

beforeAll(async () => {
  bed = await DirectorBed.open({ maxMembersPerProject: 4 });
  bed.install();
  await bed.ready();
  admin = await bed.signIn();
});
afterAll(() => bed[Symbol.asyncDispose]());

const ids = (body: unknown): (string | undefined)[] => listAt(body, "data").map((item) => textAt(item, "id"));

describe("login", () => {
  it("gives the Administrator a token and an account", async () => {
    const code = `${ADMIN.username}:${ADMIN.password}`;
    const answer = await bed.call()("POST", "/v3/token", { code, authProvider: "localAuthConfig" });
    expect(answer.status).toBe(201);
    expect(textAt(answer.body, "jwt")).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const accountId = textAt(answer.body, "accountId") ?? "";
    expect((await admin("GET", `/v3/accounts/${accountId}`)).body).toMatchObject({ id: accountId, firstName: "Administrator" });
    expect((await admin("GET", "/v3/identity")).body).toMatchObject({ accountId, kind: "admin", login: "Administrator" });
  });

  const refusal = { status: 401, code: "Unauthorized", message: "the user name or password is incorrect" };
  it.each([
    ["a wrong password", { code: `${ADMIN.username}:Wr0ng!password`, authProvider: "localAuthConfig" }, refusal],
    ["an unknown user", { code: `nobody@example.com:${ADMIN.password}`, authProvider: "localAuthConfig" }, refusal],
    ["no password", { code: "Administrator:", authProvider: "localAuthConfig" }, refusal],
    ["no user", { code: `:${ADMIN.password}`, authProvider: "localAuthConfig" }, refusal],
    ["no code", {}, refusal],
    ["another provider", { code: "a:b", authProvider: "githubconfig" }, { status: 422, code: "InvalidOption" }],
  ])("refuses %s without a token", async (_, body, expected) => {
    const answer = await bed.call()("POST", "/v3/token", body);
    expect(answer.status).toBe(expected.status);
    expect(answer.body).toMatchObject({ type: "error", detail: "", ...expected });
    expect(answer.text).not.toContain("jwt");
  });

  it.each([
    ["nothing", {}],
    ["a forged token", { cookie: "token=a.b.c; authProvider=localAuthConfig" }],
    ["an unknown key", { authorization: `Basic ${Buffer.from("a:b").toString("base64")}` }],
  ])("keeps out whoever shows %s", async (_, headers) => {
    const answer = await bed.call(headers)("GET", "/v3/groups");
    expect([answer.status, answer.body["code"]]).toEqual([401, "Unauthorized"]);
    // A challenge would make browsers ask in a dialog of their own and keep the page waiting.
    expect(answer.headers.get("www-authenticate")).toBeNull();
  });
});

describe("sign-up", () => {
  const good = { firstName: "Ann", lastName: "Lee", email: "table@example.com", password: "Str0ng!pw" };
  it.each([
    ["no first name", { firstName: "" }, 422],
    ["no e-mail", { email: "" }, 422],
    ["no password", { password: "" }, 422],
    ["an e-mail without @", { email: "table.example.com" }, 422],
    ["a short password", { password: "aB1!xyz" }, 422],
    ["a password of 21 characters", { password: "aB1!567890123456789aB" }, 422],
    ["letters alone", { password: "abcdefghijabcdefghij" }, 422],
    ["digits alone", { password: "1234567890" }, 422],
    ["no upper case and no digit", { password: "abcdefg!" }, 422],
    ["no symbol", { password: "Abcdefg1" }, 422],
  ])("refuses %s, and makes no account", async (_, change, status) => {
    const { email, password, ...names } = { ...good, ...change };
    const answer = await bed.call()("POST", "/v3/localAuthConfig", { ...names, password: { publicValue: email, secretValue: password } });
    expect([answer.status, answer.body["type"]]).toEqual([status, "error"]);
    const login = await bed.call()("POST", "/v3/token", { code: `${good.email}:${good.password}` });
    expect(login.status).toBe(401);
  });

  it.each([
    { length: 8, secretValue: "aB1!5678", path: "/v3/localAuthConfig" },
    { length: 20, secretValue: "aB1!5678901234567890", path: "//v3/localauthconfig/" },
  ])("accepts a password of $length characters and a missing last name", async ({ length, secretValue, path }) => {
    const email = `${length}@example.com`;
    const body = { firstName: "Bo", password: { publicValue: email, secretValue } };
    const answer = await bed.call()("POST", path, body);
    expect(answer.status).toBe(201);
    const call = await bed.signIn(email, secretValue);
    const id = textAt(answer.body, "accountId") ?? "";
    const account = await call("GET", `/v3/accounts/${id}`);
    expect(account.body).toMatchObject({ id, firstName: "Bo", lastName: "", email });
    expect(account.text).not.toContain("passwordHash");
  });

  it("answers 409 to a taken e-mail, whatever its case", async () => {
    const body = (publicValue: string) => ({ firstName: "Cy", password: { publicValue, secretValue: "Str0ng!pw" } });
    expect((await bed.call()("POST", "/v3/localAuthConfig", body("dup@example.com"))).status).toBe(201);
    const again = await bed.call()("POST", "/v3/localAuthConfig", body("Dup@example.com"));
    expect(again.body).toMatchObject({ status: 409, message: "use a different email as this email is already taken" });
  });
});

describe("API keys", () => {
  it.each([
    ["a form", new URLSearchParams({ name: "ci" })],
    ["JSON", { name: "ci" }],
  ])("are made from %s and open the same account", async (_, body) => {
    const { call, accountId } = await bed.signUp(`key-${_.replace(" ", "-")}@example.com`);
    const key = await call("POST", "/v3/apikey", body);
    expect([key.status, key.body["name"]]).toEqual([201, "ci"]);
    const credentials = `${textAt(key.body, "publicValue") ?? ""}:${textAt(key.body, "secretValue") ?? ""}`;
    const byKey = bed.call({ authorization: `Basic ${Buffer.from(credentials).toString("base64")}` });
    expect((await byKey("GET", `/v3/accounts/${accountId}/?searchuser`)).body).toMatchObject({ id: accountId });
  });
});

describe("what belongs to a project", () => {
  it("is unknown to others, by id and by list", async () => {
    const [one, two] = [await bed.signUp("iso1@example.com"), await bed.signUp("iso2@example.com")];
    const cluster = await one.call("POST", `/v3/groups/${one.gid}/clusters`, new URLSearchParams({ name: "cluster-one", provider: "aws" }));
    expect([cluster.status, cluster.body["state"], cluster.body["registrationToken"]]).toEqual([201, "creating", null]);
    const id = textAt(cluster.body, "id") ?? "";
    for (const path of [`/v3/groups/${one.gid}/clusters/${id}`, `/v3/groups/${two.gid}/clusters/${id}`, `/v3/groups/${one.gid}`])
      expect((await two.call("GET", path)).status).toBe(404);
    expect(ids((await two.call("GET", `/v3/groups/${two.gid}/clusters`)).body)).toEqual([]);
    expect(ids((await one.call("GET", `/v3/groups/${one.gid}/clusters`)).body)).toEqual([id]);
  });
});

describe("cluster names", () => {
  it.each([
    ["clu-5", 422],
    ["clus-6", 201],
    ["c23456789012345678901234", 201],
    ["c234567890123456789012345", 422],
    ["cluster_1", 422],
    ["cluster!", 422],
    ["", 422],
  ])("%s is answered with %i", async (name, status) => {
    const { call, gid } = await bed.signUp(`name-${Math.random()}@example.com`);
    const answer = await call("POST", `/v3/groups/${gid}/clusters`, { name });
    expect(answer.status).toBe(status);
    const again = await call("POST", `/v3/groups/${gid}/clusters`, { name });
    expect([again.status, again.body["code"]]).toEqual(status === 201 ? [409, "NotUnique"] : [422, answer.body["code"]]);
    expect(String(again.body["message"])).toMatch(/name|called/);
  });
});

describe("teams", () => {
  const invited = async (role: string) => {
    const owner = await bed.signUp(`owner-${role}-${Math.random()}@example.com`);
    const guest = await bed.signUp(`guest-${role}-${Math.random()}@example.com`);
    const body = new URLSearchParams({ groupId: owner.gid, inviteeId: guest.accountId, kind: "projectInvitation", role });
    expect((await owner.call("POST", `/v3/groups/${owner.gid}/emailinvitations`, body)).status).toBe(201);
    const invitation = listAt((await guest.call("GET", "/v3/emailinvitations")).body, "data")[0];
    return { owner, guest, invitation };
  };
  const joined = async (role: string) => {
    const team = await invited(role);
    const accept = textAt(team.invitation, "actions", "accept")?.replace(bed.frontend.url, "") ?? "";
    expect((await team.guest.call("POST", accept, {})).status).toBe(200);
    return team;
  };

  it("see a new member on both sides once an invitation is accepted", async () => {
    const { owner, guest, invitation } = await joined("ProjectReadAdmin");
    expect(textAt(invitation, "state")).toBe("active");
    const groups = await guest.call("GET", "/v3/groups");
    expect(ids(groups.body)).toContain(owner.gid);
    expect((await guest.call("GET", `/v3/groups/${owner.gid}/project`)).body).toMatchObject({ data: [{ role: "ProjectReadAdmin" }] });
    const members = await owner.call("GET", `/v3/groups/${owner.gid}/groupmembers/member_id`);
    expect(listAt(members.body, "data").map((member) => textAt(member, "role"))).toEqual(["ProjectOwner", "ProjectReadAdmin"]);
    expect(textAt(members.body, "data", 1, "accountDetails", "email")).toMatch(/^guest-/);
  });

  it("stay as they are when an invitation is rejected, which cannot be accepted any more", async () => {
    const { owner, guest, invitation } = await invited("ProjectAdmin");
    const id = textAt(invitation, "id") ?? "";
    expect((await guest.call("POST", `/v3/emailinvitations/${id}/?action=reject`, {})).body).toMatchObject({ state: "rejected" });
    expect((await guest.call("POST", `/v3/emailinvitations/${id}/?action=accept`, {})).status).toBe(405);
    expect(ids((await guest.call("GET", "/v3/groups")).body)).not.toContain(owner.gid);
    expect((await owner.call("GET", `/v3/groups/${owner.gid}/emailinvitations`)).body).toMatchObject({ data: [{ state: "rejected" }] });
  });

  it.each([
    { role: "ProjectAdmin", reading: 200, registering: 201, installing: 422 },
    { role: "ProjectReadAdmin", reading: 200, registering: 403, installing: 403 },
    { role: "ProjectMember", reading: 403, registering: 403, installing: 403 },
  ])(
    "let a $role read with $reading and register with $registering, but never invite",
    async ({ role, reading, registering, installing }) => {
      const { owner, guest } = await joined(role);
      const group = `/v3/groups/${owner.gid}`;
      expect((await guest.call("GET", `${group}/clusters`)).status).toBe(reading);
      expect((await guest.call("GET", `${group}/recommendations`)).status).toBe(reading);
      expect((await guest.call("POST", `${group}/clusters`, { name: "by-guest" })).status).toBe(registering);
      expect((await guest.call("POST", `${group}/openebses`, {})).status).toBe(installing);
      expect((await guest.call("POST", `${group}/emailinvitations`, { inviteeId: owner.accountId, role })).status).toBe(403);
    },
  );

  it.each([
    { role: "ProjectAdmin", status: 200 },
    { role: "ProjectReadAdmin", status: 200 },
    { role: "ProjectMember", status: 403 },
  ])("answer $status to a $role who wants the project's key, its invitations or its credentials", async ({ role, status }) => {
    const { owner, guest } = await joined(role);
    const group = `/v3/groups/${owner.gid}`;
    const project = ids((await owner.call("GET", `${group}/projects`)).body)[0] ?? "";
    const identity = textAt((await admin("GET", "/v3/settings/websocketproxy.unique.identity")).body, "value") ?? "";
    expect((await guest.call("POST", `${group}/projects/${project}/?action=getapikey`, { identity })).status).toBe(status);
    for (const path of ["emailinvitations", "providercredentials"])
      expect((await guest.call("GET", `${group}/${path}`)).status).toBe(status);
  });

  it("are joined by the project's group alone, not by that of a cluster", async () => {
    const groups = async () => ids((await admin("GET", "/v3/groups?name=ClusterAccount")).body);
    await until("the hosting cluster has its group", async () => (await groups()).length > 0);
    const [gid = ""] = await groups();
    const guest = await bed.signUp("cluster-guest@example.com");
    const body = { groupId: gid, inviteeId: guest.accountId, kind: "projectInvitation", role: "ProjectReadAdmin" };
    const answer = await admin("POST", `/v3/groups/${gid}/emailinvitations`, body);
    expect([answer.status, answer.body["code"]]).toEqual([405, "ActionNotAvailable"]);
    expect(ids((await guest.call("GET", "/v3/emailinvitations")).body)).toEqual([]);
  });

  it("let the owner alone change roles, and never the owner's", async () => {
    const { owner, guest } = await joined("ProjectAdmin");
    const group = `/v3/groups/${owner.gid}/groupmembers`;
    const [self, other] = ids((await owner.call("GET", group)).body);
    const change = (call: Caller, id = "", role = "ProjectMember") =>
      call("POST", `${group}/${id}/?action=changerole`, new URLSearchParams({ role }));
    for (const role of ["ProjectReadAdmin", "ProjectMember", "ProjectReadAdmin", "ProjectAdmin"])
      expect((await change(owner.call, other, role)).body).toMatchObject({ role });
    expect((await change(guest.call, other)).body).toMatchObject({ status: 403, message: "only ProjectOwner can change role" });
    expect((await change(owner.call, self)).status).toBe(403);
    expect((await change(owner.call, other, "ProjectOwner")).status).toBe(403);
    expect((await change(owner.call, other, "King")).status).toBe(422);
    expect((await owner.call("DELETE", `${group}/${other ?? ""}`)).status).toBe(200);
    expect((await guest.call("GET", `/v3/groups/${owner.gid}`)).status).toBe(404);
  });

  it("refuse a second invitation, an unknown invitee and more members than the limit", async () => {
    const { owner, guest } = await invited("ProjectMember");
    const invite = (inviteeId: string) =>
      owner.call("POST", `/v3/groups/${owner.gid}/emailinvitations`, { inviteeId, role: "ProjectMember" });
    expect((await invite(guest.accountId)).status).toBe(409);
    expect((await invite("1a999")).status).toBe(422);
    expect((await invite(owner.accountId)).status).toBe(409);
    const statuses: number[] = [];
    for (const name of ["x", "y", "z"])
      statuses.push((await invite((await bed.signUp(`${name}-${Math.random()}@example.com`)).accountId)).status);
    expect(statuses).toEqual([201, 201, 405]);
  });
});

describe("collections", () => {
  it("sort by id as numbers, filter by fields and come in pages", async () => {
    const { call, gid } = await bed.signUp("pages@example.com");
    for (let index = 10; index < 22; index += 1) await call("POST", `/v3/groups/${gid}/clusters`, { name: `cluster-${index}` });
    const path = `/v3/groups/${gid}/clusters`;
    const descending = await call("GET", `${path}?sort=id&order=desc`);
    const numbers = ids(descending.body).map((id) => Number(id?.slice(2)));
    expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
    expect(descending.body).toMatchObject({ type: "collection", resourceType: "cluster", sort: { name: "id", order: "desc" } });
    expect((await call("GET", `${path}?name=cluster-15`)).body).toMatchObject({ data: [{ name: "cluster-15" }], pagination: { total: 1 } });
    expect(ids((await call("GET", `${path}?name_prefix=cluster-2`)).body)).toHaveLength(2);
    expect(ids((await call("GET", `${path}?name_ne=cluster-15`)).body)).toHaveLength(11);
    expect(ids((await call("GET", `${path}?unicorn=1`)).body)).toHaveLength(12);
    const first = await call("GET", `${path}?limit=5`);
    expect(first.body).toMatchObject({ pagination: { limit: 5, total: 12, partial: true } });
    const next = textAt(first.body, "pagination", "next")?.replace(bed.frontend.url, "") ?? "";
    expect(ids((await call("GET", next)).body)[0]).not.toBe(ids(first.body)[0]);
  });
});

describe("backup credentials", () => {
  it("are kept for a provider by its id and listed without their secret", async () => {
    const { call, gid } = await bed.signUp("backup@example.com");
    const providers = listAt((await call("GET", "/v3/backupproviders")).body, "data");
    expect(providers.map((provider) => textAt(provider, "name"))).toEqual(["aws", "cloudian", "minio"]);
    const body = { name: "c", providerId: textAt(providers[2], "id"), credential: { access_id: "access-id", secret_key: "secret-key" } };
    for (let round = 0; round < 2; round += 1) expect((await call("POST", `/v3/groups/${gid}/providercredentials`, body)).status).toBe(201);
    const listed = await call("GET", `/v3/groups/${gid}/providercredentials`);
    expect(listed.body).toMatchObject({ data: [{ name: "c" }, { name: "c" }] });
    expect(listed.text).not.toMatch(/secret-key|access-id/);
    for (const hole of [{ name: "" }, { credential: { access_id: "x" } }, { credential: { secret_key: "x" } }, { providerId: "1bp9" }])
      expect((await call("POST", `/v3/groups/${gid}/providercredentials`, { ...body, ...hole })).status).toBe(422);
  });
});

describe("requests that cannot be served", () => {
  it("are told to whoever runs the simulator, without their query, when no route knows them", async () => {
    await admin("GET", "/v3/dragons?name=secret");
    await admin("PUT", "/v3/token", {});
    expect(bed.unhandled.slice(-2)).toEqual(["director: GET /v3/dragons is not known", "director: PUT /v3/token is not known"]);
  });

  it.each([
    { line: "GET /v3/unicorns", status: 404, code: "NotFound" },
    { line: "GET /unknown", status: 404, code: "NotFound" },
    { line: "PATCH /v3/groups", status: 405, code: "MethodNotAllowed" },
    { line: "POST /v3/emailinvitations/1ei1?action=fly", status: 405, code: "ActionNotAvailable" },
    { line: "GET /v3/scripts/nothing.yaml", status: 404, code: "NotFound" },
    { line: "GET /v3/settings/colour", status: 404, code: "NotFound" },
  ])("$line is answered with $status $code", async ({ line, status, code }) => {
    const [method = "", path = ""] = line.split(" ");
    const answer = await admin(method, path);
    expect([answer.status, answer.body["code"]]).toEqual([status, code]);
    expect(answer.body).toMatchObject({ type: "error" });
    expect(typeof answer.body["message"]).toBe("string");
  });

  it.each([
    { title: "broken JSON", type: "application/json", body: "{", status: 400 },
    { title: "a list", type: "application/json", body: "[]", status: 400 },
    { title: "XML", type: "application/xml", body: "<a/>", status: 415 },
    { title: "more than a megabyte", type: "application/json", body: `{"a":"${"x".repeat(1024 * 1024)}"}`, status: 413 },
  ])("$title as a body is refused with $status", async ({ type, body, status }) => {
    const answer = await fetch(`${bed.frontend.url}/v3/token`, { method: "POST", headers: { "content-type": type }, body });
    expect(answer.status).toBe(status);
  });

  it("answers every request below 500, whatever it holds", async () => {
    const segment = oneof(
      constantFrom(
        "v3",
        "groups",
        "1a2",
        "clusters",
        "openebses",
        "token",
        "apikey",
        "k8s",
        "accounts",
        "__proto__",
        "%E0%A4%A",
        "scripts",
      ),
      webSegment(),
    );
    const login = await bed.call()("POST", "/v3/token", { code: `${ADMIN.username}:${ADMIN.password}` });
    const cookie = `token=${textAt(login.body, "jwt") ?? ""}`;
    const property = asyncProperty(
      constantFrom("GET", "POST", "PUT", "DELETE"),
      array(segment, { maxLength: 6 }),
      oneof(json(), constant("{}"), webQueryParameters()),
      async (method, segments, body) => {
        const type = body.startsWith("{") ? "application/json" : "application/x-www-form-urlencoded";
        const path = `/${segments.join("/")}?action=${encodeURIComponent(body.slice(0, 5))}`;
        const headers = { "content-type": type, cookie };
        const answer = await fetch(bed.frontend.url + path, { method, headers, redirect: "manual", ...(method !== "GET" && { body }) });
        await answer.arrayBuffer();
        expect(answer.status).toBeLessThan(500);
      },
    );
    await assert(property, { numRuns: 150 });
  });
});
