import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Session, Sessions } from "../src/vsphere/session.ts";
import { CREDENTIALS, openLab, type Lab } from "./vsphere-kit.ts";

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
});

afterAll(() => lab.server.close());

describe("a session", () => {
  it("is not needed to learn what the server is", async () => {
    const answer = await lab.newClient().call("RetrieveServiceContent", "ServiceInstance");
    const content = answer.values[0];
    expect([
      content?.xsiType,
      content?.textOf("rootFolder"),
      content?.child("about")?.textOf("apiType"),
      content?.child("about")?.textOf("fullName"),
    ]).toEqual(["ServiceContent", "group-d1", "VirtualCenter", "VMware vCenter Server 7.0.3 (SIMULATED)"]);
  });

  it("is opened by the right credentials, spaces and XML signs included, and kept by a cookie", async () => {
    const answer = await lab.newClient().login();
    expect(answer.status).toBe(200);
    expect(answer.values[0]?.textOf("userName")).toBe("tester@vsphere.local");
    expect(answer.setCookie).toMatch(/^vmware_soap_session="[0-9a-f]{40}"; Path=\/; HttpOnly; Secure$/);
  });

  const wrong = [
    { title: "another password", credentials: { ...CREDENTIALS, password: "x" } },
    { title: "a password trimmed", credentials: { ...CREDENTIALS, password: CREDENTIALS.password.trim() } },
    { title: "another user", credentials: { ...CREDENTIALS, username: "root" } },
    { title: "no password", credentials: { ...CREDENTIALS, password: "" } },
  ];

  it.each(wrong)("is refused to $title with InvalidLogin", async ({ credentials }) => {
    const answer = await lab.newClient().login(credentials);
    expect(answer.status).toBe(500);
    expect(answer.setCookie).toBeUndefined();
    expect([answer.fault?.type, answer.fault?.detail.name, answer.fault?.message]).toEqual([
      "InvalidLogin",
      "InvalidLoginFault",
      "Cannot complete login due to an incorrect user name or password.",
    ]);
  });

  const guarded = [
    ["CurrentTime", "ServiceInstance"],
    ["RetrievePropertiesEx", "PropertyCollector:propertyCollector"],
    ["PowerOnVM_Task", "VirtualMachine:vm-101"],
    ["Logout", "SessionManager"],
    ["NoSuchMethod", "VirtualMachine:vm-999"],
  ] as const;

  it.each(guarded)("is demanded by %s with NotAuthenticated", async (method, self) => {
    const answer = await lab.newClient().call(method, self);
    expect([answer.status, answer.fault?.type, answer.fault?.message]).toEqual([
      500,
      "NotAuthenticated",
      "The session is not authenticated.",
    ]);
    expect([answer.fault?.detail.textOf("privilegeId"), answer.fault?.detail.refOf("object")?.id]).toEqual([
      "System.View",
      self.split(":").at(-1),
    ]);
  });

  it("does not take a made-up cookie", async () => {
    const client = lab.newClient();
    client.cookie = 'vmware_soap_session="0123456789abcdef"';
    expect((await client.call("CurrentTime", "ServiceInstance")).fault?.type).toBe("NotAuthenticated");
  });

  it("shows itself as currentSession, is active, and ends with Logout", async () => {
    const client = lab.newClient();
    const key = (await client.login()).values[0]?.textOf("key");
    const shown = (await client.properties("SessionManager", "currentSession.key", "currentSession.userName")).get(
      "currentSession.key",
    )?.text;
    expect(shown).toBe(key);
    const ask = `<sessionID>${key}</sessionID><userName>${CREDENTIALS.username}</userName>`;
    expect((await lab.client.call("SessionIsActive", "SessionManager", ask)).values[0]?.text).toBe("true");
    await client.call("Logout", "SessionManager");
    expect((await client.call("CurrentTime", "ServiceInstance")).fault?.type).toBe("NotAuthenticated");
    expect((await lab.client.call("SessionIsActive", "SessionManager", ask)).values[0]?.text).toBe("false");
  });

  it("can be terminated by another one, but not by itself", async () => {
    const client = lab.newClient();
    const key = (await client.login()).values[0]?.textOf("key");
    expect((await client.call("TerminateSession", "SessionManager", `<sessionId>${key}</sessionId>`)).fault?.type).toBe("NotFound");
    expect((await lab.client.call("TerminateSession", "SessionManager", `<sessionId>${key}</sessionId>`)).status).toBe(200);
    expect((await client.call("CurrentTime", "ServiceInstance")).fault?.type).toBe("NotAuthenticated");
  });

  it("ends for everybody when the server forgets its sessions, and a new login works", async () => {
    await using own = await openLab();
    own.server.endSessions();
    expect((await own.client.call("CurrentTime", "ServiceInstance")).fault?.type).toBe("NotAuthenticated");
    await own.client.login();
    expect((await own.client.call("CurrentTime", "ServiceInstance")).values[0]?.text).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it("keeps its views and collectors from others", async () => {
    const other = lab.newClient();
    await other.login();
    const view = await lab.client.call(
      "CreateContainerView",
      "ViewManager",
      '<container type="Folder">group-d1</container><recursive>true</recursive>',
    );
    const answer = await other.call("DestroyView", `ContainerView:${view.values[0]?.text}`);
    expect(answer.fault?.type).toBe("ManagedObjectNotFound");
  });
});

describe("sessions that nobody uses", () => {
  const MINUTE_MS = 60_000;
  const peer = { address: "127.0.0.1", userAgent: "test" };

  it.each([
    { idleMinutes: 30, stays: true },
    { idleMinutes: 31, stays: false },
  ])("stay at the next login after $idleMinutes minutes: $stays", ({ idleMinutes, stays }) => {
    const sessions = new Sessions();
    const old = new Session("tester", 0, peer);
    sessions.open(old, 0);
    old.seen(MINUTE_MS);
    const fresh = new Session("tester", MINUTE_MS, peer);
    sessions.open(fresh, (1 + idleMinutes) * MINUTE_MS);
    expect(sessions.list().includes(old)).toBe(stays);
    expect(old.signal.aborted).toBe(!stays);
  });
});
