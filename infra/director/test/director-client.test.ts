import { FakeClock } from "@kubera-e2e/schema/clock";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import { clusterReaches, nodeNumber, openDirector, openebsJobDone, refusedStatus } from "../src/index.ts";
import { data, FakeDirector, SESSION, type Reply } from "./fake-director.ts";
import { poolOperationDone } from "../src/pools.ts";
import { upgradeDone } from "../src/upgrades.ts";

test("signs in and sends the session as cookies", async () => {
  const fake = new FakeDirector({
    "POST /v3/token": SESSION,
    "GET /v3/groups": data({ id: "1a1", name: "ProjectAccount", projectId: "1p1" }),
  });
  const director = await (await fake.start()).login({ username: "Administrator", password: "right-pass:with:colons" });
  expect(JSON.parse(fake.last?.body ?? "")).toEqual({ code: "Administrator:right-pass:with:colons", authProvider: "localAuthConfig" });
  expect(director.session?.accountId).toBe("1a7");
  expect(await director.groups()).toMatchObject([{ id: "1a1" }]);
  expect(fake.last?.headers.cookie).toBe("token=the-session-jwt; authProvider=localAuthConfig");
  expect((await director.projectGroup()).projectId).toBe("1p1");
});

test("signs up, is signed in at once, and makes an API key that works as Basic", async () => {
  const fake = new FakeDirector({
    "POST /v3/localAuthConfig": SESSION,
    "POST /v3/apikey": { status: 201, body: { publicValue: "pub", secretValue: "secret-of-key" } },
    "GET /v3/accounts/1a7": { body: { id: "1a7" } },
  });
  const director = await (await fake.start()).signUp({ firstName: "Ann", email: "ann@example.org", password: "Passw0rd!" });
  expect(JSON.parse(fake.last?.body ?? "")).toEqual({
    firstName: "Ann",
    password: { publicValue: "ann@example.org", secretValue: "Passw0rd!" },
  });
  const key = await director.createApiKey("ci");
  expect(fake.last?.headers["content-type"]).toMatch(/^application\/x-www-form-urlencoded/);
  await director.withApiKey(key).accounts.read("1a7");
  expect(fake.last?.headers.authorization).toBe(`Basic ${Buffer.from("pub:secret-of-key").toString("base64")}`);
  expect(fake.last?.headers.cookie).toBeUndefined();
  expect(fake.redactor.text("secret-of-key the-session-jwt Passw0rd!")).toBe("«redacted» «redacted» «redacted»");
});

test("refuses a wrong login with method, path, status and message, exact text", async () => {
  const fake = new FakeDirector({
    "POST /v3/token": { status: 401, body: { type: "error", message: "the user name or password is incorrect" } },
  });
  await fake.start();
  const opened = openDirector({
    url: fake.url,
    redactor: fake.redactor,
    credentials: { username: "Administrator", password: "wrong-pass" },
  });
  await expect(opened).rejects.toThrow(
    new KuberaError("DIRECTOR_REFUSED", {
      what: "Director answered 401 to POST /v3/token",
      where: `POST ${fake.url}/v3/token`,
      because: "the user name or password is incorrect",
      fix: "Look whether the account exists on this Director and has the role the call needs.",
    }),
  );
});

test("tells a shape that differs from the contract, exact text", async () => {
  const fake = new FakeDirector({ "POST /v3/token": { status: 201, body: { token: "x", accountId: "" } } });
  await expect((await fake.start()).login({ username: "a", password: "b" })).rejects.toThrow(
    new KuberaError("DIRECTOR_CONTRACT", {
      what: "Director's answer to POST /v3/token is not what its contract says",
      where: `POST ${fake.url}/v3/token`,
      because:
        "jwt: Invalid input: expected string, received undefined\n           accountId: Too small: expected string to have >=1 characters",
      fix: "Look whether this release of Director has a profile; if the product changed on purpose, change infra/director/src/contract.ts.",
    }),
  );
});

test.each([
  { status: 405, body: { message: "OpenEBS is there" }, because: "OpenEBS is there" },
  { status: 503, body: "upstream is away", because: "upstream is away" },
  { status: 500, body: {}, because: "Director gave no message" },
])("gives status $status of a refusal", async ({ status, body, because }) => {
  const fake = new FakeDirector({
    "POST /v3/groups/1a1/openebses": { status, body, ...(typeof body === "string" && { type: "text/plain" }) },
  });
  const group = (await fake.start()).group("1a1");
  const input = { clusterId: "1c1", creatorId: "1a1", projectId: "1p1", templateId: "1ot1", namespace: "openebs" };
  const error: unknown = await group.createOpenebs(input).catch((error: unknown) => error);
  expect([refusedStatus(error), isKuberaError(error) && error.because]).toEqual([status, because]);
});

test("leaves every status to the raw door", async () => {
  const fake = new FakeDirector({
    "DELETE /v3/x": { status: 405, body: { message: "no" } },
    "GET /ping": { type: "text/plain", body: "pong" },
  });
  const director = await fake.start();
  expect(await director.request({ method: "DELETE", path: "/v3/x" })).toMatchObject({ status: 405, body: { message: "no" } });
  expect(await director.ping()).toBe(true);
});

test("follows links of its own host and refuses those of others", async () => {
  const fake = new FakeDirector({ "GET /v3/linked?x=1": { body: {} } });
  const director = await fake.start();
  expect(await director.request({ method: "GET", path: `${fake.url}/v3/linked?x=1` })).toMatchObject({ status: 200 });
  await expect(director.request({ method: "GET", path: "https://elsewhere.example/v3" })).rejects.toThrow(
    "a link of Director leads to another host",
  );
});

describe("a group", () => {
  const CLUSTER = {
    id: "1c1",
    name: "member-1",
    state: "inactive",
    registrationToken: { clusterCommand: "kubectl apply -f http://d/x.yaml" },
  };
  const JOB = { id: "1oj1", state: "Running" };
  const routes: FakeDirector["routes"] = {
    "GET /v3/groups/1a1/clusters": data(CLUSTER),
    "POST /v3/groups/1a1/clusters": { status: 201, body: { ...CLUSTER, state: "creating", registrationToken: null } },
    "DELETE /v3/groups/1a1/clusters/1c1": { status: 204, body: "" },
    "GET /v3/groups/1a1/nodes?state=active&clusterId=1c1": data({ id: "1n7", name: "worker-1", labels: {} }),
    "GET /v3/groups/1a1/openebstemplates?sort=id&order=desc": data(
      { id: "1ot2", version: "2.0.0-ee" },
      { id: "1ot1", version: "1.12.0-ee" },
    ),
    "GET /v3/groups/1a1/openebses?clusterId=1c1": data(),
    "POST /v3/groups/1a1/openebses/1o1/?action=selectopenebsnodes": { body: { id: "1o1" } },
    "POST /v3/groups/1a1/openebses/1o1/?action=openebsinstall": { body: { id: "1oj1" } },
    "POST /v3/groups/1a1/openebses/1o1/?action=upgradecontrolplane": { body: JOB },
    "GET /v3/groups/1a1/recommendations": data({ id: "1r1" }),
    "POST /v3/groups/1a1/recommendations/1r1/?action=getcapacityrecommendation": data(),
    "POST /v3/groups/1a1/projects/1p1/?action=getapikey": { body: { apiKey: "cHJvamVjdDprZXk=" } },
    "GET /v3/upgradematrixes": data({ supportedBaseVersions: ["1.12.0-ee"], targetVersion: "2.0.0-ee" }),
  };

  test("registers, lists and deletes clusters", async () => {
    const fake = new FakeDirector(routes);
    const group = (await fake.start()).group("1a1");
    expect(await group.registerCluster({ name: "member-1", projectId: "1p1", provider: "konvoy" })).toMatchObject({ state: "creating" });
    expect(fake.last?.body).toBe("name=member-1&projectId=1p1&provider=konvoy");
    expect(await group.clusters()).toMatchObject(
      [{ id: "1c1", registrationToken: { clusterCommand: /^kubectl/ } }].map(({ id }) => ({ id })),
    );
    await expect(group.deleteCluster("1c1")).resolves.toBeUndefined();
  });

  test("drives an OpenEBS installation and upgrade", async () => {
    const fake = new FakeDirector(routes);
    const director = await fake.start();
    const group = director.group("1a1");
    const [node] = await group.nodes({ clusterId: "1c1", state: "active" });
    expect(nodeNumber(node?.id ?? "")).toBe("7");
    expect((await group.openebsTemplates()).map(({ version }) => version)).toEqual(["2.0.0-ee", "1.12.0-ee"]);
    expect(await group.openebses({ clusterId: "1c1" })).toEqual([]);
    await group.selectOpenebsNodes("1o1", { controlPlaneNodes: ["7"], dataPlaneNodes: ["7"] });
    expect(JSON.parse(fake.last?.body ?? "")).toEqual({ controlPlaneNodes: ["7"], dataPlaneNodes: ["7"] });
    expect(await group.installOpenebs("1o1", { kind: "OpenEBS" })).toMatchObject({ id: "1oj1" });
    expect(JSON.parse(fake.last?.body ?? "")).toEqual({ yaml: { kind: "OpenEBS" } });
    expect(await group.upgradeControlPlane("1o1", "2.0.0-ee")).toMatchObject({ id: "1oj1" });
    expect(await director.upgradeMatrix()).toMatchObject({ targetVersion: "2.0.0-ee" });
  });

  test("labels a node, and reads a cluster's own objects through the proxy", async () => {
    const fake = new FakeDirector({
      "POST /v3/groups/1a1/nodes/1n7/?action=labelnodes": { status: 202, body: { id: "1n7" } },
      "GET /k8s/groups/1a1/clusters/1c1/api/v1/namespaces": {
        body: { kind: "NamespaceList", items: [{ metadata: { name: "default" } }] },
      },
      "GET /k8s/groups/1a1/clusters/1c1/api/v1/nodes": { body: { kind: "Status", items: [] } },
    });
    const group = (await fake.start()).group("1a1");
    await group.labelNode("1n7", { dataPlaneNode: false });
    expect(JSON.parse(fake.last?.body ?? "")).toEqual({ dataPlaneNode: false });
    expect(await group.proxy("1c1").list("api/v1/namespaces")).toEqual([{ metadata: { name: "default" } }]);
    await expect(group.proxy("1c1").list("api/v1/nodes")).rejects.toMatchObject({ code: "DIRECTOR_CONTRACT" });
  });

  test("asks for recommendations and for the project's key", async () => {
    const fake = new FakeDirector(routes);
    const group = (await fake.start()).group("1a1");
    const [recommendation] = await group.pools.recommendations();
    const question = { clusterId: "1c1", raidGroupConfig: { raidType: "stripe", groupDeviceCount: 1 } } as const;
    expect(await group.pools.capacities(recommendation?.id ?? "", question)).toEqual([]);
    expect(await group.projectKey("1p1", "unique-id")).toBe("cHJvamVjdDprZXk=");
    expect(fake.last?.body).toBe("identity=unique-id");
  });
});

describe("pools", () => {
  const INPUT = { name: "pool-one", kind: "CStorPoolCluster", version: "v1" } as const;
  const path = "/v3/groups/1a1/cstorpooloperations";
  const opened = async (routes: FakeDirector["routes"]) => {
    const fake = new FakeDirector(routes);
    return { fake, pools: (await fake.start()).group("1a1").pools };
  };

  test("are created in two steps, of the JSON text of what was recommended", async () => {
    const operation: Reply = { status: 201, body: { id: "1cpo1" } };
    const { fake, pools } = await opened({ [`POST ${path}`]: operation, [`POST ${path}/1cpo1/?action=execute`]: operation });
    expect(await pools.create("1c1", { spec: { poolInstances: [] } })).toBe("1cpo1");
    const posted = fake.seen.find(({ url }) => url === path);
    expect(JSON.parse(posted?.body ?? "")).toEqual({
      clusterId: "1c1",
      input: '{"spec":{"poolInstances":[]}}',
      kind: "CreateCStorPoolCluster",
    });
  });

  test("are deleted in one step, by an input that is an object", async () => {
    const { fake, pools } = await opened({ [`POST ${path}`]: { body: { id: "1cpo2" } } });
    expect(await pools.delete("1c1", INPUT)).toBe("1cpo2");
    expect(JSON.parse(fake.last?.body ?? "")).toEqual({ clusterId: "1c1", input: INPUT, kind: "DeleteCStorPoolCluster" });
  });

  test("are refused deletion with the status of the rule", async () => {
    const { pools } = await opened({ [`POST ${path}`]: { status: 405, body: { message: "it holds volumes" } } });
    expect(refusedStatus(await pools.delete("1c1", INPUT).catch((error: unknown) => error))).toBe(405);
  });

  test("show their instances and their pods", async () => {
    const below = "GET /v3/groups/1a1/clusters/1c1";
    const { pools } = await opened({
      [`${below}/cstorpoolinstances`]: data({ id: "i1", poolState: "Online" }),
      [`${below}/mayastoragepools`]: data({ id: "p1", name: "pod", data: { version: "2.0.0", pods: [{ name: "pod", state: "Running" }] } }),
    });
    expect(await pools.instances("1c1")).toMatchObject([{ poolState: "Online" }]);
    expect(await pools.storagePools("1c1")).toMatchObject([{ name: "pod", data: { version: "2.0.0", pods: [{ state: "Running" }] } }]);
  });

  test.each([
    ["success", undefined, "1cpo1"],
    ["failed", "a device was lost", "it is failed: a device was lost"],
  ])("are waited for until their operation is %s", async (...[state, message, outcome]) => {
    const operation = async () => ({ id: "1cpo1", state, message });
    const ended = poolOperationDone({ pools: { operation }, deadlineMs: 60_000, intervalMs: 60_000 }, "1cpo1");
    expect(await ended.then(({ id }) => id).catch((error: unknown) => String(error))).toContain(outcome);
  });
});

describe("upgrades of the data plane", () => {
  const path = "/v3/groups/1a1/openebsupgradeclaims";
  const CLAIM = { clusterId: "1c1", kind: "poolUpgrade", targetVersion: "2.0.0", upgradeComponents: [{ id: "u1" }] } as const;

  test("are claimed, and show their jobs", async () => {
    const job = { id: "1oj1", state: "Running" };
    const fake = new FakeDirector({
      [`POST ${path}`]: { status: 201, body: { id: "1uc1" } },
      [`GET ${path}/1uc1/openebsupgradejobs`]: { body: { type: "collection", data: [job] } },
      "GET /v3/groups/1a1/openebsupgradejobs/1oj1": { body: job },
    });
    const { upgrades } = (await fake.start()).group("1a1");
    expect(await upgrades.claim(CLAIM)).toBe("1uc1");
    expect(JSON.parse(fake.last?.body ?? "")).toEqual(CLAIM);
    expect(await upgrades.jobs("1uc1")).toMatchObject([job]);
    expect(await upgrades.job("1oj1")).toMatchObject(job);
  });

  test("are refused with the status of the rule", async () => {
    const fake = new FakeDirector({ [`POST ${path}`]: { status: 405, body: { message: "not running: pool one" } } });
    const { upgrades } = (await fake.start()).group("1a1");
    expect(refusedStatus(await upgrades.claim(CLAIM).catch((error: unknown) => error))).toBe(405);
  });

  test.each([
    { states: ["Success", "Success"], outcome: "2 jobs" },
    { states: ["Running", "Failed"], outcome: "it is Failed: no image" },
  ])("are waited for until their jobs are $states", async ({ states, outcome }) => {
    const jobs = async () => states.map((state, index) => ({ id: `1oj${index}`, state, message: state === "Failed" ? "no image" : null }));
    const ended = upgradeDone({ upgrades: { jobs }, deadlineMs: 60_000, intervalMs: 60_000 }, "1uc1");
    expect(await ended.then(({ length }) => `${length} jobs`).catch((error: unknown) => String(error))).toContain(outcome);
  });

  test("are not over without a job", async () => {
    const clock = new FakeClock();
    const ended = upgradeDone({ upgrades: { jobs: async () => [] }, deadlineMs: 3000, intervalMs: 1000, clock }, "1uc1");
    const failure = ended.catch((error: unknown) => error);
    await clock.advance(3000);
    expect(String(await failure)).toContain("because: it has no job");
  });
});

describe("registration", () => {
  const YAML =
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: maya-system}\n---\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: maya-system}\n";

  test("fetches the manifests without credentials", async () => {
    const fake = new FakeDirector({ "POST /v3/token": SESSION, "GET /v3/scripts/tok.yaml": { type: "application/yaml", body: YAML } });
    const director = await (await fake.start()).login({ username: "a", password: "pass-word" });
    const manifests = await director.registrationManifests(`kubectl apply -f ${fake.url}/v3/scripts/tok.yaml`);
    expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(["Namespace maya-system", "Secret s"]);
    expect(fake.last?.headers.cookie).toBeUndefined();
  });

  test.each([
    { name: "a login page", reply: { type: "text/html", body: "<html>" }, because: /metadata|expected/ },
    { name: "an error", reply: { status: 404, body: { message: "gone" } }, because: /it answered 404/ },
    { name: "nothing", reply: { type: "application/yaml", body: "" }, because: /it is empty/ },
    { name: "broken YAML", reply: { type: "application/yaml", body: "a: [" }, because: /it is not YAML/ },
  ])("refuses $name instead of manifests", async ({ reply, because }) => {
    const fake = new FakeDirector({ "GET /v3/scripts/tok.yaml": reply });
    const director = await fake.start();
    const error: unknown = await director
      .registrationManifests(`kubectl apply -f ${fake.url}/v3/scripts/tok.yaml`)
      .catch((error: unknown) => error);
    expect(isKuberaError(error) && [error.code, error.where]).toEqual(["DIRECTOR_CONTRACT", `GET ${fake.url}/…`]);
    expect(isKuberaError(error) && error.because).toMatch(because);
  });
});

describe("waits", () => {
  const CLUSTER = { id: "1c1", name: "member-1" };
  const path = "GET /v3/groups/1a1/clusters/1c1";

  const inTurn = (...replies: Reply[]): (() => Reply) => {
    let turn = 0;
    return () => replies[Math.min(turn++, replies.length - 1)] ?? {};
  };

  test("wait for a state whatever its letters' case, and through a short absence", async () => {
    const away: Reply = { status: 503, body: { message: "starting" } };
    const fake = new FakeDirector({
      [path]: inTurn({ body: { ...CLUSTER, state: "inactive" } }, away, { body: { ...CLUSTER, state: "Active" } }),
    });
    const group = (await fake.start()).group("1a1");
    expect(await clusterReaches({ group, deadlineMs: 5000, intervalMs: 5 }, "1c1", "active")).toMatchObject({ state: "Active" });
    expect(fake.seen).toHaveLength(3);
  });

  test.each([
    { name: "a removed cluster", reply: { body: { ...CLUSTER, state: "removed" } }, says: "WAIT_TERMINAL" },
    { name: "a cluster that is unknown", reply: { status: 404, body: { message: "cluster 1c1 is unknown" } }, says: "DIRECTOR_REFUSED" },
  ])("end at once for $name", async ({ reply, says }) => {
    const fake = new FakeDirector({ [path]: reply });
    const group = (await fake.start()).group("1a1");
    await expect(clusterReaches({ group, deadlineMs: 60_000, intervalMs: 60_000 }, "1c1", "active")).rejects.toThrow(says);
  });

  test("end at once for a failed job, with its message", async () => {
    const job = { id: "1oj1", state: "Failed", message: "the cluster was disconnected" };
    const fake = new FakeDirector({ "GET /v3/groups/1a1/openebsjobs/1oj1": { body: job } });
    const group = (await fake.start()).group("1a1");
    await expect(openebsJobDone({ group, deadlineMs: 60_000, intervalMs: 60_000 }, "1oj1")).rejects.toThrow(
      "it is Failed: the cluster was disconnected",
    );
  });

  test("say what the job was doing when its time was over", async () => {
    const clock = new FakeClock();
    const group = { cluster: () => Promise.reject(new Error("not asked")), openebsJob: async () => ({ id: "1oj1", state: "Running" }) };
    const failure = openebsJobDone({ group, deadlineMs: 3000, intervalMs: 1000, clock }, "1oj1").catch((error: unknown) => error);
    await clock.advance(3000);
    expect(String(await failure)).toContain("OpenEBS job 1oj1 has succeeded did not come true within 3.0 s");
    expect(String(await failure)).toContain("because: it is Running");
  });
});
