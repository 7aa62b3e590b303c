import { Agent } from "node:https";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminOf, KubeApiBed, type Ask, type Reply } from "./kube-api-bed.ts";

const DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
const PODS = "/api/v1/namespaces/default/pods";

const deployment = (name: string) => ({
  metadata: { name, labels: { app: name } },
  spec: {
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [
          { name: "main", image: "nginx:1", env: [{ name: "A", value: "1" }] },
          { name: "side", image: "busybox:1" },
        ],
      },
    },
  },
});

let bed: KubeApiBed;

beforeAll(async () => {
  bed = await KubeApiBed.start();
});

afterAll(() => bed.api.close());

const post = (path: string, body: unknown): Promise<Reply> => bed.ask(path, { method: "POST", body });
const put = (path: string, body: unknown): Promise<Reply> => bed.ask(path, { method: "PUT", body });
const patch = (path: string, type: string, body: unknown): Promise<Reply> =>
  bed.ask(path, { method: "PATCH", body, headers: { "content-type": `application/${type}` } });

describe("namespaces", () => {
  it.each(["default", "kube-system"])("%s may not be deleted", async (name) => {
    const refused = await bed.ask(`/api/v1/namespaces/${name}`, { method: "DELETE" });
    expect(refused.json).toMatchObject({
      code: 403,
      reason: "Forbidden",
      message: `namespaces "${name}" is forbidden: this namespace may not be deleted`,
    });
    expect((await bed.ask(`/api/v1/namespaces/${name}`)).json).toMatchObject({ status: { phase: "Active" } });
  });
});

describe("updates", () => {
  it("refuses an update of an old version, and takes it of the newest", async () => {
    const created = await post(DEPLOYMENTS, deployment("updated"));
    const changed = { ...created.json, spec: { ...(created.json["spec"] as object), replicas: 4 } };
    expect((await put(`${DEPLOYMENTS}/updated`, changed)).json).toMatchObject({ spec: { replicas: 4 }, metadata: { generation: 2 } });
    expect((await put(`${DEPLOYMENTS}/updated`, changed)).json).toMatchObject({ code: 409, reason: "Conflict" });
  });

  it("keeps what is immutable", async () => {
    const created = await post(DEPLOYMENTS, deployment("fixed"));
    const spec = created.json["spec"] as { template: object };
    const moved = { matchLabels: { app: "x" } };
    const template = { ...spec.template, metadata: { labels: { app: "x" } } };
    const reply = await put(`${DEPLOYMENTS}/fixed`, { ...created.json, spec: { ...spec, selector: moved, template } });
    expect(reply.json).toMatchObject({
      code: 422,
      message: 'Deployment.apps "fixed" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"x"}}: field is immutable',
    });
  });

  it("writes status by its own door only", async () => {
    await post(DEPLOYMENTS, deployment("reported"));
    const path = `${DEPLOYMENTS}/reported`;
    await patch(path, "merge-patch+json", { status: { replicas: 7 } });
    expect((await bed.ask(path)).json["status"]).toEqual({});
    const body = { status: { replicas: 7 }, spec: { replicas: 9 } };
    expect((await patch(`${path}/status`, "merge-patch+json", body)).json).toMatchObject({
      status: { replicas: 7 },
      spec: { replicas: 1 },
    });
  });

  it("scales by the scale subresource", async () => {
    await post(DEPLOYMENTS, deployment("scaled"));
    const path = `${DEPLOYMENTS}/scaled`;
    const scale = await patch(`${path}/scale`, "merge-patch+json", { spec: { replicas: 5 } });
    expect(scale.json).toMatchObject({
      kind: "Scale",
      apiVersion: "autoscaling/v1",
      spec: { replicas: 5 },
      status: { selector: "app=scaled" },
    });
    expect((await bed.ask(path)).json).toMatchObject({ spec: { replicas: 5 }, metadata: { generation: 2 } });
  });
});

describe("patches", () => {
  const path = `${DEPLOYMENTS}/patched`;

  it("merges, removes by null, and follows JSON patches and strategic patches", async () => {
    await post(DEPLOYMENTS, deployment("patched"));
    const merged = await patch(path, "merge-patch+json", { metadata: { labels: { app: null, team: "x" } } });
    expect(merged.json).toMatchObject({ metadata: { labels: { team: "x" } } });
    const operations = [
      { op: "test", path: "/spec/replicas", value: 1 },
      { op: "replace", path: "/spec/replicas", value: 2 },
      { op: "add", path: "/spec/template/spec/containers/0/env/-", value: { name: "B", value: "2" } },
    ];
    const listed = await patch(path, "json-patch+json", operations);
    expect(listed.json).toMatchObject({
      spec: { replicas: 2, template: { spec: { containers: [{ env: [{ name: "A" }, { name: "B" }] }, {}] } } },
    });
    const strategic = {
      spec: {
        template: {
          spec: {
            containers: [
              { name: "main", image: "nginx:2" },
              { name: "side", $patch: "delete" },
            ],
          },
        },
      },
    };
    const image = await patch(path, "strategic-merge-patch+json", strategic);
    const { containers } = (image.json as { spec: { template: { spec: { containers: object[] } } } }).spec.template.spec;
    expect(containers).toHaveLength(1);
    expect(containers[0]).toMatchObject({ name: "main", image: "nginx:2", env: [{ name: "A" }, { name: "B" }] });
  });

  it.each([
    [
      "a JSON patch whose test fails",
      "json-patch+json",
      [{ op: "test", path: "/spec/replicas", value: 77 }],
      422,
      "testing value /spec/replicas failed",
    ],
    [
      "a JSON patch of a path that is not there",
      "json-patch+json",
      [{ op: "remove", path: "/spec/x" }],
      422,
      'path "/spec/x" does not exist',
    ],
    ["a patch with an old version", "merge-patch+json", { metadata: { resourceVersion: "1" } }, 409, "the object has been modified"],
    ["a patch that makes the object invalid", "merge-patch+json", { spec: { replicas: -1 } }, 422, "must be greater than or equal to 0"],
    ["an unknown kind of patch", "apply-patch+cbor", "{}", 415, "accepted media types include: application/json-patch+json"],
  ])("refuses %s", async (...[, type, body, code, message]) => {
    const reply = await patch(path, type, body);
    expect(reply.json).toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

describe("deletion", () => {
  it("leaves a mark for the garbage collector by the propagation policy", async () => {
    await post(DEPLOYMENTS, deployment("owner"));
    const reply = await bed.ask(`${DEPLOYMENTS}/owner?propagationPolicy=Foreground`, { method: "DELETE" });
    expect(reply.json).toMatchObject({
      kind: "Deployment",
      metadata: { finalizers: ["foregroundDeletion"], deletionGracePeriodSeconds: 0 },
    });
  });

  it("keeps a pod of a node for its grace period, and forgets it with none", async () => {
    await post(PODS, { metadata: { name: "bound" }, spec: { nodeName: "n", containers: [{ name: "a", image: "b" }] } });
    const doomed = await bed.ask(`${PODS}/bound`, { method: "DELETE", body: { gracePeriodSeconds: 7 } });
    expect(doomed.json).toMatchObject({ kind: "Pod", metadata: { deletionGracePeriodSeconds: 7 } });
    await bed.ask(`${PODS}/bound`, { method: "DELETE", body: { gracePeriodSeconds: 0 } });
    expect((await bed.ask(`${PODS}/bound`)).code).toBe(404);
  });

  it.each<[string, Ask["body"], number]>([
    ["another uid", { preconditions: { uid: "x" } }, 409],
    ["an unknown policy", { propagationPolicy: "Sideways" }, 400],
    ["a negative grace", { gracePeriodSeconds: -1 }, 400],
  ])("refuses a deletion with %s", async (...[, body, code]) => {
    await post(DEPLOYMENTS, deployment("kept"));
    expect((await bed.ask(`${DEPLOYMENTS}/kept`, { method: "DELETE", body })).code).toBe(code);
    expect((await bed.ask(`${DEPLOYMENTS}/kept`)).code).toBe(200);
  });

  it("deletes a selected collection", async () => {
    const maps = "/api/v1/namespaces/default/configmaps";
    for (const name of ["a", "b", "c"]) await post(maps, { metadata: { name, labels: { go: String(name !== "c") } } });
    await bed.ask(`${maps}?labelSelector=go%3Dtrue`, { method: "DELETE" });
    expect((await bed.ask(maps)).json["items"]).toMatchObject([{ metadata: { name: "c" } }]);
  });

  it("finalizes a namespace by its own door", async () => {
    await post("/api/v1/namespaces", { metadata: { name: "ending" } });
    const path = "/api/v1/namespaces/ending";
    await patch(path, "merge-patch+json", { spec: { finalizers: [] } });
    const doomed = await bed.ask(path, { method: "DELETE" });
    expect(doomed.json).toMatchObject({ status: { phase: "Terminating" }, spec: { finalizers: ["kubernetes"] } });
    await put(`${path}/finalize`, { ...doomed.json, spec: { finalizers: [] } });
    expect((await bed.ask(path)).code).toBe(404);
  });
});

describe("doors to pods and nodes", () => {
  beforeAll(async () => {
    await post(PODS, { metadata: { name: "one" }, spec: { nodeName: "n", containers: [{ name: "a", image: "x" }] } });
    await post(PODS, {
      metadata: { name: "two" },
      spec: {
        containers: [
          { name: "a", image: "x" },
          { name: "b", image: "x" },
        ],
      },
    });
    await post("/api/v1/nodes", { metadata: { name: "n" } });
  });

  it("streams a log", async () => {
    const reply = await bed.ask(`${PODS}/one/log?tailLines=2`);
    expect([reply.headers["content-type"], reply.text]).toEqual(["text/plain", "first\nsecond\n"]);
  });

  it.each([
    ["two/log", "a container name must be specified for pod two, choose one of: [a b]"],
    ["two/log?container=z", "container z is not valid for pod two"],
    ["two/log?container=a", "pod two does not have a host assigned"],
    ["one/log?tailLines=-1", 'PodLogOptions "" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0'],
    ["one/log?sinceSeconds=0", 'PodLogOptions "" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'],
    ["one/log?limitBytes=x", 'PodLogOptions "" is invalid: limitBytes: Invalid value: x: must be greater than 0'],
    ["one/log?sinceTime=then", 'cannot parse "then"'],
    ["one/log?sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z", "at most one of `sinceTime` or `sinceSeconds` may be specified"],
    ["one/log?stream=Stdout", "stream: Forbidden: may not be specified"],
  ])("refuses %s", async (path, message) => {
    expect((await bed.ask(`${PODS}/${path}`)).json["message"]).toContain(message);
  });

  it.each(["attach", "portforward", "ephemeralcontainers"])("says that there is no %s, and logs it", async (door) => {
    const reply = await bed.ask(`${PODS}/one/${door}?command=ls`, { method: "POST", body: {} });
    expect(reply.json).toMatchObject({ code: 404, message: expect.stringContaining(`the simulated server has no pods/${door}`) as string });
    expect(bed.log.some((line) => line.includes(`one/${door}`))).toBe(true);
  });

  it("binds a pod to a node, once", async () => {
    const target = { target: { kind: "Node", name: "n" } };
    expect((await post(`${PODS}/two/binding`, target)).code).toBe(201);
    expect((await bed.ask(`${PODS}/two`)).json).toMatchObject({ spec: { nodeName: "n" } });
    expect((await post(`${PODS}/two/binding`, target)).code).toBe(409);
  });

  it("passes a node's statistics on", async () => {
    expect((await bed.ask("/api/v1/nodes/n/proxy/stats/summary")).json).toEqual({ node: { nodeName: "n" } });
    expect((await bed.ask("/api/v1/nodes/n/proxy/exec")).code).toBe(404);
  });
});

describe("custom kinds", () => {
  it("serves every version of a definition, with one object behind them", async () => {
    const versions = ["v1", "v1beta1"].map((name) => ({ name, served: true, storage: name === "v1", subresources: { status: {} } }));
    const names = { plural: "widgets", kind: "Widget" };
    const definition = { metadata: { name: "widgets.example.org" }, spec: { group: "example.org", scope: "Namespaced", names, versions } };
    await post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
    await post("/apis/example.org/v1beta1/namespaces/default/widgets", {
      apiVersion: "example.org/v1beta1",
      kind: "Widget",
      metadata: { name: "w" },
    });
    const seen = await bed.ask("/apis/example.org/v1/widgets");
    expect(seen.json["items"]).toMatchObject([{ apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "w" } }]);
    const path = "/apis/example.org/v1/namespaces/default/widgets/w";
    expect((await put(path, { metadata: { name: "w" } })).json["message"]).toContain("metadata.resourceVersion: Invalid value");
    expect((await patch(path, "strategic-merge-patch+json", {})).code).toBe(415);
  });
});

describe("a header Upgrade on what knows no other protocol", () => {
  it.each(["h2c", "websocket"])("is passed over: %s", async (upgrade) => {
    const agent = new Agent({ ...adminOf(bed.api), keepAlive: true });
    const write = (name: string): Promise<Reply> =>
      bed.ask("/api/v1/namespaces/default/configmaps", {
        method: "POST",
        body: { metadata: { name }, data: { text: "ü".repeat(100_000) } },
        headers: { connection: "Upgrade", upgrade },
        agent,
      });
    for (const name of ["first", "second"]) expect(await write(`${name}-${upgrade}`)).toMatchObject({ code: 201 });
    expect(await bed.ask(`/api/v1/namespaces/default/configmaps/first-${upgrade}`)).toMatchObject({
      json: { data: { text: "ü".repeat(100_000) } },
    });
    agent.destroy();
  });
});
