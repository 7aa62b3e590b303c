import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listAt, textAt } from "../../src/director/json.ts";
import { ADMIN, DirectorBed, NAMESPACE, until } from "./director-bed.ts";

let bed: DirectorBed;
beforeEach(async () => {
  bed = await DirectorBed.open();
});
afterEach(() => bed[Symbol.asyncDispose]());

const namesOf = (body: unknown): (string | undefined)[] => listAt(body, "data").map((item) => textAt(item, "name"));

describe("the ingress of Director", () => {
  it("breaks connections while no ingress pod is Ready", async () => {
    await expect(bed.call()("GET", "/ping")).rejects.toThrow("fetch failed");
  });

  it("answers nginx's 502, then the server's own 503 before it serves", async () => {
    await bed[Symbol.asyncDispose]();
    bed = await DirectorBed.open({ speed: 30 });
    bed.install();
    const seen = new Set<string>();
    await until("Director serves", async () => {
      const answer = await bed
        .call()("GET", "/ping")
        .catch(() => undefined);
      seen.add(`${answer?.status ?? "refused"} ${answer?.headers.get("content-type") ?? ""}`);
      return answer?.status === 200;
    });
    expect([...seen]).toContain("502 text/html");
    expect([...seen]).toContain("503 application/json; charset=utf-8");
    expect([...seen].at(-1)).toBe("200 text/plain; charset=utf-8");
  });

  it("answers nginx's 503 while the server has no pod", async () => {
    bed.install();
    await bed.ready();
    const { store } = bed.server;
    const resource = store.resource("Deployment");
    const server = store.get(resource, NAMESPACE, "maya-io");
    if (server !== undefined) store.update(resource, { ...server, spec: { ...server.spec, replicas: 0 } });
    await until("nginx finds no server", async () => (await bed.call()("GET", "/ping")).status === 503);
    expect((await bed.call()("GET", "/ping")).text).toContain("<h1>503 Service Temporarily Unavailable</h1>");
  });

  it("answers 503 to whoever needs the database while mysql is away", async () => {
    bed.install();
    await bed.ready();
    const { store } = bed.server;
    const resource = store.resource("Deployment");
    const mysql = store.get(resource, NAMESPACE, "mysql");
    if (mysql !== undefined) store.update(resource, { ...mysql, spec: { ...mysql.spec, replicas: 0 } });
    const call = bed.call({ cookie: "token=a.b.c" });
    await until("mysql is away", async () => (await call("GET", "/v3/groups")).status !== 401);
    const answer = await call("GET", "/v3/groups");
    expect(answer.body).toMatchObject({ type: "error", status: 503, code: "ServiceUnavailable", message: "the database does not answer" });
  });
});

describe("the data of Director", () => {
  it("comes back as it was when the disk below mysql is reverted", async () => {
    bed.install();
    await bed.ready();
    await bed.signUp("kept@example.com");
    const before = new Map(bed.server.machine.disk.volumes);
    await bed.signUp("lost@example.com");
    bed.server.killAll();
    for (const [name, data] of before) bed.server.machine.disk.volumes.set(name, data);
    await bed.ready();
    const admin = await bed.signIn();
    const emails = listAt((await admin("GET", "/v3/accounts")).body, "data").map((account) => textAt(account, "email"));
    expect(emails).toEqual(["", "kept@example.com"]);
  });
});

describe("the hosting cluster", () => {
  it("connects itself once and is seen by the Administrator alone", async () => {
    bed.install();
    await bed.ready();
    const admin = await bed.signIn();
    const gid = textAt((await admin("GET", "/v3/groups")).body, "data", 0, "id") ?? "";
    const read = async () => (await admin("GET", `/v3/groups/${gid}/clusters`)).body;
    await until("OpenEBSDirector is active", async () => textAt(await read(), "data", 0, "state") === "active");
    expect(await read()).toMatchObject({
      data: [{ name: "OpenEBSDirector", provider: "gcp", hosting: true, kubernetesVersion: "v1.17.6" }],
    });
    const { call, gid: other } = await bed.signUp("ann@example.com");
    expect(namesOf((await call("GET", `/v3/groups/${other}/clusters`)).body)).toEqual([]);
  });
});

describe("a member cluster", () => {
  it("is active when its agents are Ready, offline without them, and active again with them", async () => {
    bed.install();
    await bed.ready();
    const { call, gid } = await bed.signUp("ann@example.com");
    const id = await bed.connectMember(call, gid);
    const state = async () => textAt((await call("GET", `/v3/groups/${gid}/clusters/${id}`)).body, "state");
    const { store } = bed.member;
    const resource = store.resource("Deployment");
    const scale = (replicas: number): void => {
      for (const agent of store.list(resource, "maya-system")) store.update(resource, { ...agent, spec: { ...agent.spec, replicas } });
    };
    expect(store.list(resource, "maya-system").map((agent) => agent.metadata.name)).toEqual([
      "cortex-agent",
      "dmaas-agent",
      "maya-io-agent",
      "openebs-manager",
      "status-agent",
      "upgrade-controller",
      "velero",
    ]);
    scale(0);
    await until("the cluster is offline", async () => (await state()) === "offline");
    scale(1);
    await until("the cluster is active again", async () => (await state()) === "active");
    const groups = await call("GET", "/v3/groups");
    expect(groups.body).toMatchObject({ data: [{ name: "ProjectAccount" }, { name: "ClusterAccount", clusterId: id }] });
    for (const group of listAt(groups.body, "data")) {
      const [applications = "", pools = ""] = ["mayaApplications", "mayaStoragePools"].map((name) =>
        (textAt(group, "links", name) ?? "").replace(bed.frontend.url, ""),
      );
      const found = listAt((await call("GET", applications)).body, "data");
      expect(new Set(found.map((item) => textAt(item, "name")))).toEqual(
        new Set(store.list(resource).map(({ metadata }) => metadata.name)),
      );
      expect(listAt(found[0], "data", "pods")).toHaveLength(1);
      expect(listAt((await call("GET", pools)).body, "data")).toEqual([]);
    }
  });

  it("stays connected through its running agents when its control plane comes back with a new store", async () => {
    bed.install();
    await bed.ready();
    const { call, gid } = await bed.signUp("ann@example.com");
    const id = await bed.connectMember(call, gid);
    bed.member.restartControlPlane();
    const { store } = bed.member;
    const [node] = store.list(store.resource("Node"));
    if (node !== undefined) store.update(store.resource("Node"), { ...node, metadata: { ...node.metadata, labels: { colour: "blue" } } });
    const path = `/v3/groups/${gid}/nodes?clusterId=${id}`;
    const labels = async () => textAt((await call("GET", path)).body, "data", 0, "labels", "colour");
    await until("the new label is reported", async () => (await labels()) === "blue");
    expect(textAt((await call("GET", `/v3/groups/${gid}/clusters/${id}`)).body, "state")).toBe("active");
  });

  it("loses its record and its agents when it is deleted", async () => {
    bed.install();
    await bed.ready();
    const { call, gid } = await bed.signUp("ann@example.com");
    const id = await bed.connectMember(call, gid);
    const answer = await call("DELETE", `/v3/groups/${gid}/clusters/${id}`);
    expect([answer.status, textAt(answer.body, "state")]).toEqual([200, "removed"]);
    expect((await call("GET", `/v3/groups/${gid}/clusters/${id}`)).status).toBe(404);
    expect(namesOf((await call("GET", `/v3/groups/${gid}/clusters`)).body)).toEqual([]);
    const { store } = bed.member;
    await until("maya-system is gone", () => store.get(store.resource("Namespace"), undefined, "maya-system") === undefined);
    expect(await bed.connectMember(call, gid)).not.toBe(id);
  });

  it("has agents of its Director's own release, each after the next report", async () => {
    const { store } = bed.member;
    await bed.connectNewcomer();
    const imageOf = (): string =>
      textAt(store.get(store.resource("Deployment"), "maya-system", "velero"), "spec", "template", "spec", "containers", 0, "image") ?? "";
    const now = imageOf();
    expect(now).toMatch(/\/velero:1\.12\.0$/);
    const found = store.get(store.resource("Deployment"), "maya-system", "velero");
    const older = JSON.parse(JSON.stringify(found).replaceAll("velero:1.12.0", "velero:1.11.0")) as typeof found;
    if (older !== undefined) store.update(store.resource("Deployment"), older);
    expect(imageOf()).toMatch(/\/velero:1\.11\.0$/);
    await until("velero is of Director's release again", () => imageOf() === now);
  });

  it("raises alerts that the project's key reads, when it connects and when it is disconnected", async () => {
    bed.install();
    bed.installAlerting();
    await bed.ready();
    const { call, gid } = await bed.signUp("ann@example.com");
    const id = await bed.connectMember(call, gid);
    await call("DELETE", `/v3/groups/${gid}/clusters/${id}`);
    const admin = await bed.signIn();
    const identity = textAt((await admin("GET", "/v3/settings/websocketproxy.unique.identity")).body, "value");
    const pid = textAt((await call("GET", `/v3/groups/${gid}/projects`)).body, "data", 0, "id") ?? "";
    const key = await call("POST", `/v3/groups/${gid}/projects/${pid}/?action=getapikey`, { identity });
    const read = bed.call({ authorization: `Basic ${textAt(key.body, "apiKey") ?? ""}` });
    let told: readonly string[] = [];
    await until("elastalert has told of all", async () => {
      told = listAt((await read("GET", "/alertstore/alerts")).body, "data").map(
        (alert) => `${textAt(alert, "labels", "alertname")} ${textAt(alert, "annotations", "RESOURCE_NAME")}`,
      );
      return told.length >= 5;
    });
    expect(told).toEqual([
      "ClusterConnected member-one",
      "NodeReady member-worker1",
      "NodeReady member-worker2",
      "NodeReady member-worker3",
      "ClusterDisconnected member-one",
    ]);
    expect((await bed.call()("GET", "/alertstore/alerts")).status).toBe(401);
  });
});

describe("the Administrator's password", () => {
  it("stands in no log", async () => {
    bed.install();
    await bed.ready();
    await bed.signIn();
    await bed.signIn(ADMIN.username, "Wr0ng!password");
    const log = [...bed.server.logs, ...bed.member.logs].join("\n");
    expect(log).toContain("POST /v3/token 201");
    expect(log).toContain("POST /v3/token 401 Unauthorized");
    expect(log).not.toContain(ADMIN.password);
  });
});
