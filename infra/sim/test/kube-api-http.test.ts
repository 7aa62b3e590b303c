import { Agent } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { adminOf, KubeApiBed, type Ask } from "./kube-api-bed.ts";

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const MAPS = "/api/v1/namespaces/default/configmaps";

const deployment = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, labels: { app: name } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: "main", image: "nginx:1", env: [{ name: "A", value: "1" }] }] },
    },
    ...spec,
  },
});

const configMap = (name: string, labels: Record<string, string> = {}) => ({ metadata: { name, labels }, data: { k: "v" } });

const pod = (name: string, node: string) => ({
  metadata: { name },
  spec: { nodeName: node, containers: [{ name: "main", image: "nginx" }] },
});

const post = (body: unknown, headers: Record<string, string> = {}): Ask => ({ method: "POST", body, headers });

let bed: KubeApiBed;

beforeAll(async () => {
  bed = await KubeApiBed.start({ tokens: new Map([["good", { name: "robot", groups: ["system:masters"] }]]) });
});

afterAll(() => bed.api.close());

const itemNames = (reply: { json: Record<string, unknown> }): string[] =>
  (reply.json["items"] as { metadata: { name: string } }[]).map((item) => item.metadata.name);

describe("who is let in", () => {
  const anonymous = () => new Agent({ ca: adminOf(bed.api).ca });

  it.each([
    ["nobody", {}, "/api/v1/pods", 401],
    ["a wrong token", { authorization: "Bearer bad" }, "/api/v1/pods", 401],
    ["a known token", { authorization: "Bearer good" }, "/api/v1/pods", 200],
    ["nobody who asks for health", {}, "/readyz", 200],
  ])("answers %s", async (...[, headers, path, code]) => {
    const reply = await bed.ask(path, { headers, agent: anonymous() });
    const refused = reply.json["kind"] === "Status" && reply.json["reason"] === "Unauthorized" && reply.json["message"] === "Unauthorized";
    expect([reply.code, refused]).toEqual([code, code === 401]);
  });

  it("answers a client certificate on every connection, also when its TLS session is resumed", async () => {
    const agent = new Agent({ ...adminOf(bed.api), maxCachedSessions: 10 });
    const codes = [];
    for (let round = 0; round < 3; round += 1) codes.push((await bed.ask("/api/v1/pods", { agent })).code);
    expect(codes).toEqual([200, 200, 200]);
  });

  it("forbids who is no administrator", async () => {
    const issued = await bed.authority.issueClient({ commonName: "guest", organization: "visitors" });
    const agent = new Agent({ ca: bed.authority.certPem, cert: issued.certPem, key: issued.keyPem });
    const reply = await bed.ask("/api/v1/pods", { agent });
    expect(reply.json).toMatchObject({
      reason: "Forbidden",
      message: 'pods is forbidden: User "guest" cannot list resource "pods" in API group "" at the cluster scope',
      code: 403,
    });
  });

  it("serves an expired certificate when it is told to, and a good one afterwards", async () => {
    await bed.api.renewCertificate({ notAfter: new Date(Date.now() - 1000) });
    await expect(bed.ask("/readyz")).rejects.toMatchObject({ code: "CERT_HAS_EXPIRED" });
    await bed.api.renewCertificate();
    expect((await bed.ask("/api/v1/pods")).code).toBe(200);
  });

  it("refuses a certificate of another authority", async () => {
    const other = await KubeApiBed.start();
    const agent = new Agent({ ...adminOf(other.api), ca: bed.authority.certPem });
    const reply = await bed.ask("/api/v1/pods", { agent });
    await other.api.close();
    expect(reply.code).toBe(401);
  });
});

describe("what the server says of itself", () => {
  it("lists groups, versions and resources with their subresources", async () => {
    const groups = await bed.ask("/apis");
    const apps = await bed.ask("/apis/apps/v1");
    const core = await bed.ask("/api/v1");
    expect((groups.json["groups"] as { name: string }[]).map((group) => group.name)).toContain("apps");
    expect((apps.json["resources"] as { name: string }[]).map((entry) => entry.name)).toContain("deployments/scale");
    expect(core.json).toMatchObject({ kind: "APIResourceList", groupVersion: "v1" });
    expect((await bed.ask("/version")).json).toMatchObject({ major: "1", minor: "34" });
  });

  it("describes every group version in OpenAPI v3, and v2 in JSON and protobuf", async () => {
    const index = await bed.ask("/openapi/v3");
    const paths = index.json["paths"] as Record<string, { serverRelativeURL: string }>;
    const apps = await bed.ask(paths["apis/apps/v1"]?.serverRelativeURL ?? "");
    expect(JSON.stringify(apps.json)).toContain("fieldValidation");
    expect((await bed.ask("/openapi/v2")).json).toMatchObject({ swagger: "2.0" });
    const accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    expect((await bed.ask("/openapi/v2", { headers: { accept } })).text).toContain("2.0");
  });

  it.each([
    "/nothing",
    "/api/v2",
    "/apis/none",
    "/apis/apps/v9/deployments",
    "/api/v1/namespaces/default/deployments",
    "/api/v1/nodes/n/log",
    "/api/v1/pods/x",
  ])("answers %s with a status that says it is not there, and logs it", async (path) => {
    const reply = await bed.ask(path);
    expect(reply.json).toMatchObject({
      kind: "Status",
      code: 404,
      reason: "NotFound",
      message: "the server could not find the requested resource",
    });
    expect(bed.log.some((line) => line.includes(path))).toBe(true);
  });
});

describe("create and read", () => {
  it("creates, gets, lists and deletes", async () => {
    const created = await bed.ask(DEPLOYMENTS, post(deployment("web")));
    expect(created.code).toBe(201);
    expect(created.json).toMatchObject({ kind: "Deployment", metadata: { namespace: "default", generation: 1 }, spec: { replicas: 1 } });
    expect((await bed.ask(`${DEPLOYMENTS}/web`)).json).toEqual(created.json);
    const list = await bed.ask("/apis/apps/v1/deployments");
    expect(list.json).toMatchObject({ kind: "DeploymentList", apiVersion: "apps/v1", items: [{ metadata: { name: "web" } }] });
    expect(list.json["items"]).not.toMatchObject([{ kind: "Deployment" }]);
    const deleted = await bed.ask(`${DEPLOYMENTS}/web`, { method: "DELETE" });
    expect(deleted.json).toMatchObject({ status: "Success", details: { name: "web", group: "apps", kind: "deployments" } });
    expect((await bed.ask(`${DEPLOYMENTS}/web`)).json).toMatchObject({ message: 'deployments.apps "web" not found', code: 404 });
  });

  it("takes YAML", async () => {
    const reply = await bed.ask(MAPS, post(stringify(configMap("from-yaml")), { "content-type": "application/yaml" }));
    expect(reply.json).toMatchObject({ kind: "ConfigMap", data: { k: "v" } });
  });

  it("writes nothing with dryRun=All", async () => {
    expect((await bed.ask(`${MAPS}?dryRun=All`, post(configMap("dry")))).code).toBe(201);
    expect((await bed.ask(`${MAPS}/dry`)).code).toBe(404);
  });

  it("selects by labels and fields", async () => {
    await bed.ask(MAPS, post(configMap("sel-a", { set: "sel", tier: "db" })));
    await bed.ask(MAPS, post(configMap("sel-b", { set: "sel", tier: "web" })));
    await bed.ask(MAPS, post(configMap("sel-c", { set: "sel" })));
    const select = async (query: string) => itemNames(await bed.ask(`${MAPS}?${query}`));
    const label = (text: string) => select(`labelSelector=${encodeURIComponent(text)}`);
    expect(await label("set=sel,tier in (db, web)")).toEqual(["sel-a", "sel-b"]);
    expect(await label("set==sel,tier!=db")).toEqual(["sel-b", "sel-c"]);
    expect(await label("set,!tier")).toEqual(["sel-c"]);
    expect(await label("set=sel,tier notin (db)")).toEqual(["sel-b", "sel-c"]);
    expect(await select("fieldSelector=metadata.name%3Dsel-b")).toEqual(["sel-b"]);
  });

  it("selects pods by node and phase", async () => {
    const pods = "/api/v1/namespaces/default/pods";
    await bed.ask(pods, post(pod("on-one", "n1")));
    await bed.ask(pods, post(pod("on-two", "n2")));
    expect(itemNames(await bed.ask("/api/v1/pods?fieldSelector=spec.nodeName%3Dn2,status.phase%3DPending"))).toEqual(["on-two"]);
  });

  it("gives lists in pages", async () => {
    const first = await bed.ask("/api/v1/namespaces?limit=3");
    const { continue: token, remainingItemCount } = first.json["metadata"] as { continue: string; remainingItemCount: number };
    const second = await bed.ask(`/api/v1/namespaces?limit=3&continue=${token}`);
    expect(remainingItemCount).toBe(1);
    expect([...itemNames(first), ...itemNames(second)]).toEqual(["default", "kube-node-lease", "kube-public", "kube-system"]);
  });

  it("prints tables for who asks", async () => {
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const table = await bed.ask("/api/v1/namespaces", { headers: { accept } });
    expect(table.json).toMatchObject({
      kind: "Table",
      rows: [{ cells: ["default", "Active", expect.stringMatching(/^\d+s$/)] }, {}, {}, {}],
    });
    expect((await bed.ask("/api/v1/pods", { headers: { accept: "application/cbor" } })).code).toBe(406);
  });
});

describe("what is refused", () => {
  const badTemplate = deployment("bad", { template: { metadata: { labels: { app: "other" } }, spec: { containers: [{ name: "main" }] } } });

  it.each<[string, string, Ask, number, string]>([
    ["JSON that does not parse", MAPS, post("{"), 400, "couldn't get version/kind; json parse error: "],
    [
      "a body of another kind",
      MAPS,
      post({ ...configMap("x"), apiVersion: "v1", kind: "Secret" }),
      400,
      'Secret in version "v1" cannot be handled as a ConfigMap',
    ],
    [
      "a body of another version",
      MAPS,
      post(deployment("x")),
      400,
      "the API version in the data (apps/v1) does not match the expected API version (v1)",
    ],
    [
      "a text where a number belongs",
      DEPLOYMENTS,
      post(deployment("x", { replicas: "2" })),
      400,
      "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    ],
    [
      "a label that is no text",
      MAPS,
      post({ metadata: { name: "x", labels: { a: 1 } } }),
      400,
      "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string",
    ],
    [
      "an unknown field in strict mode",
      `${DEPLOYMENTS}?fieldValidation=Strict`,
      post(deployment("x", { replicaz: 1 })),
      400,
      'strict decoding error: unknown field "spec.replicaz"',
    ],
    [
      "no name",
      MAPS,
      post({ metadata: {} }),
      422,
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      "a name in capitals",
      MAPS,
      post(configMap("Big")),
      422,
      'ConfigMap "Big" is invalid: metadata.name: Invalid value: "Big": a lowercase RFC 1123 subdomain',
    ],
    ["a template that its selector does not choose", DEPLOYMENTS, post(badTemplate), 422, "`selector` does not match template `labels`"],
    ["a container without image", DEPLOYMENTS, post(badTemplate), 422, "spec.template.spec.containers[0].image: Required value"],
    [
      "a media type of no kind",
      MAPS,
      post("x", { "content-type": "text/plain" }),
      415,
      "the body of the request was in an unknown format - accepted media types include: application/json",
    ],
    ["a label selector that does not parse", `${MAPS}?labelSelector=a%20b`, {}, 400, "unable to parse requirement"],
    ["a field that cannot be selected by", "/api/v1/pods?fieldSelector=spec.x%3D1", {}, 400, "field label not supported: spec.x"],
    ["a list of the future", `${MAPS}?resourceVersion=999999`, {}, 504, "Timeout: Too large resource version: 999999"],
    ["a method of another door", MAPS, { method: "PUT", body: {} }, 405, "the server does not allow this method on the requested resource"],
    [
      "a body of 4 MB",
      MAPS,
      post({ metadata: { name: "big" }, data: { k: "x".repeat(4_000_000) } }),
      413,
      "Request entity too large: limit is 3145728",
    ],
  ])("refuses %s", async (...[, path, ask, code, message]) => {
    const reply = await bed.ask(path, ask);
    expect(reply.json).toMatchObject({ kind: "Status", status: "Failure", code, message: expect.stringContaining(message) as string });
  });

  it("names every fault of an invalid object at once", async () => {
    const { json } = await bed.ask(DEPLOYMENTS, post(badTemplate));
    const { causes } = json["details"] as { causes: { field: string }[] };
    expect(causes.map((cause) => cause.field)).toEqual(["spec.template.metadata.labels", "spec.template.spec.containers[0].image"]);
  });

  it("warns of an unknown field and drops it otherwise", async () => {
    const reply = await bed.ask(DEPLOYMENTS, post(deployment("warned", { replicaz: 1 })));
    expect(reply.headers["warning"]).toBe(String.raw`299 - "unknown field \"spec.replicaz\""`);
    expect(reply.json["spec"]).not.toHaveProperty("replicaz");
  });
});
