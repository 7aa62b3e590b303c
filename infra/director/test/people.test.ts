import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import { data, FakeDirector, SESSION, type Reply } from "./fake-director.ts";

const startWith = async (routes: (url: string) => Record<string, Reply>) => {
  const fake = new FakeDirector({});
  const director = await fake.start();
  Object.assign(fake.routes, routes(fake.url));
  return { fake, director };
};

describe("a team", () => {
  const group = "/v3/groups/1a1";

  test("lists its members, changes a role by the member's own URL and removes", async () => {
    const { fake, director } = await startWith((url) => ({
      [`GET ${group}/groupmembers/member_id`]: data(
        { id: "1m1", role: "ProjectOwner", accountDetails: { email: "a@example.org" } },
        { id: "1m2", role: "ProjectMember", actions: { changerole: `${url}${group}/groupmembers/1m2/?action=changerole` } },
      ),
      [`POST ${group}/groupmembers/1m2/?action=changerole`]: { body: {} },
      [`DELETE ${group}/groupmembers/1m2`]: { status: 204, body: "" },
    }));
    const { team } = director.group("1a1");
    const [owner, member] = await team.members();
    expect(owner?.accountDetails?.email).toBe("a@example.org");
    if (owner === undefined || member === undefined) throw new Error("two members were given");
    await team.changeRole(member, "ProjectAdmin");
    expect(fake.last?.body).toBe("role=ProjectAdmin");
    const calls = fake.seen.length;
    const error: unknown = await team.changeRole(owner, "ProjectAdmin").catch((error: unknown) => error);
    expect(isKuberaError(error) && [error.code, error.what]).toEqual(["DIRECTOR_REFUSED", "Director offers no action changerole on 1m1"]);
    expect(fake.seen, "no call was made").toHaveLength(calls);
    await expect(team.remove("1m2")).resolves.toBeUndefined();
  });

  test("sends invitations and lists them", async () => {
    const { fake, director } = await startWith(() => ({
      [`POST ${group}/emailinvitations`]: { status: 201, body: { id: "1ei1", actions: {}, state: "active" } },
      [`GET ${group}/emailinvitations`]: data({ id: "1ei1", actions: {}, state: "rejected" }),
    }));
    const { team } = director.group("1a1");
    expect(await team.invite("1a7", "ProjectReadAdmin")).toMatchObject({ id: "1ei1" });
    expect(fake.last?.body).toBe("groupId=1a1&inviteeId=1a7&kind=projectInvitation&role=ProjectReadAdmin");
    expect(await team.invitations()).toMatchObject([{ state: "rejected" }]);
  });
});

test("an invitation is answered by its own URL", async () => {
  const { fake, director } = await startWith((url) => ({
    "GET /v3/emailinvitations": data({ id: "1ei1", actions: { accept: `${url}/v3/emailinvitations/1ei1/?action=accept` } }),
    "POST /v3/emailinvitations/1ei1/?action=accept": { body: {} },
  }));
  const [invitation] = await director.invitations();
  if (invitation === undefined) throw new Error("one was given");
  await director.answer(invitation, "accept");
  expect(fake.last).toMatchObject({ method: "POST", body: "{}" });
  await expect(director.answer(invitation, "reject")).rejects.toThrow("Director offers no action reject on 1ei1");
});

test("accounts are read, searched and changed", async () => {
  const account = { id: "1a7", firstName: "Ann", lastName: "", email: "ann@example.org" };
  const { fake, director } = await startWith(() => ({
    "GET /v3/accounts/1a7": { body: account },
    "GET /v3/accounts/1a7/?searchuser=": { body: account },
    "PUT /v3/accounts/1a7": { body: { ...account, firstName: "Bea" } },
  }));
  expect(await director.accounts.read("1a7")).toMatchObject({ email: "ann@example.org" });
  expect(await director.accounts.search("1a7")).toMatchObject({ firstName: "Ann" });
  expect(await director.accounts.update("1a7", { firstName: "Bea", onboardingStatus: 3 })).toMatchObject({ firstName: "Bea" });
  expect(JSON.parse(fake.last?.body ?? "")).toEqual({ firstName: "Bea", onboardingStatus: 3 });
});

test("credentials of a backup provider are added and listed, and their secret is masked", async () => {
  const path = "/v3/groups/1a1/providercredentials";
  const { fake, director } = await startWith(() => ({
    "GET /v3/backupproviders": data({ id: "1bp1", name: "minio" }),
    [`POST ${path}`]: { status: 201, body: { id: "1pc1", name: "store" } },
    [`GET ${path}`]: data({ id: "1pc1", name: "store" }),
  }));
  const [provider] = await director.backupProviders();
  const { credentials } = director.group("1a1");
  const keys = { access_id: "access-id", secret_key: "the-secret-key" };
  expect(await credentials.add({ name: "store", projectId: "1p1", providerId: provider?.id ?? "", credential: keys })).toMatchObject({
    id: "1pc1",
  });
  expect(JSON.parse(fake.last?.body ?? "")).toMatchObject({ providerId: "1bp1", credential: keys });
  expect(await credentials.list()).toMatchObject([{ name: "store" }]);
  expect(fake.redactor.text("the-secret-key")).toBe("«redacted»");
});

test("another address is asked without credentials", async () => {
  const [here, there] = [
    new FakeDirector({ "POST /v3/token": SESSION }),
    new FakeDirector({ "GET /ping": { type: "text/plain", body: "pong" } }),
  ];
  const director = await (await here.start()).login({ username: "a", password: "pass-word" });
  await there.start();
  await using other = director.elsewhere(there.url);
  expect(await other.ping()).toBe(true);
  expect([there.last?.headers.cookie, other.url]).toEqual([undefined, there.url]);
  expect(here.seen).toHaveLength(1);
});
