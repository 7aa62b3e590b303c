import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../src/kubernetes/kube-object.ts";
import { at } from "../../src/kubernetes/printing/fields.ts";
import { KubeApiBed, type Reply } from "../kube-api-bed.ts";
import { applyTo, deployment, managersOf, part, WEB } from "./apply-kit.ts";

const MERGE = { "content-type": "application/merge-patch+json" };
const CONFIG = "/api/v1/namespaces/default/configmaps/c";
const configMap = (data: Json, metadata: Json = {}): Json => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "c", ...metadata },
  data,
});

const containersOf = ({ json }: Reply): Json[] => (json["spec"] as { template: { spec: { containers: Json[] } } }).template.spec.containers;

describe("server-side apply", () => {
  let bed: KubeApiBed;
  let apply: ReturnType<typeof applyTo>;
  beforeEach(async () => {
    bed = await KubeApiBed.start();
    apply = applyTo(bed);
  });
  afterEach(() => bed.api.close());

  it("makes what is not there, with its defaults, and says who owns which fields", async () => {
    const reply = await apply(WEB, deployment({ replicas: 2 }));
    expect(reply.code).toBe(201);
    expect(reply.json["spec"]).toMatchObject({ replicas: 2, progressDeadlineSeconds: 600 });
    expect(managersOf(reply)).toEqual({
      "alice Apply": {
        "f:spec": {
          "f:replicas": {},
          "f:selector": {},
          "f:template": {
            "f:metadata": { "f:labels": { "f:app": {} } },
            "f:spec": { "f:containers": { 'k:{"name":"main"}': { ".": {}, "f:image": {}, "f:name": {} } } },
          },
        },
      },
    });
  });

  it("changes nothing when the same is applied again, not even the revision", async () => {
    const first = await apply(WEB, deployment());
    const again = await apply(WEB, deployment());
    expect([again.code, again.json]).toEqual([200, first.json]);
  });

  it("refuses to take a field from another manager, and takes it when it is forced to", async () => {
    await apply(WEB, deployment({ replicas: 2 }));
    const refused = await apply(WEB, part({ replicas: 5 }), { manager: "bob" });
    expect(refused.json).toMatchObject({
      code: 409,
      reason: "Conflict",
      message: 'Apply failed with 1 conflict: conflict with "alice": .spec.replicas',
      details: { causes: [{ reason: "FieldManagerConflict", message: 'conflict with "alice"', field: ".spec.replicas" }] },
    });
    const forced = await apply(WEB, part({ replicas: 5 }), { manager: "bob", query: "&force=true" });
    expect(forced.json["spec"]).toMatchObject({ replicas: 5 });
    expect(managersOf(forced)["bob Apply"]).toEqual({ "f:spec": { "f:replicas": {} } });
    expect(managersOf(forced)["alice Apply"]?.["f:spec"]).not.toHaveProperty("f:replicas");
  });

  it("shares a field that two apply with one value, and leaves it to the one who stays", async () => {
    await apply(WEB, deployment({ replicas: 2 }));
    await apply(WEB, part({ replicas: 2 }), { manager: "bob" });
    const kept = await apply(WEB, deployment());
    expect(kept.json["spec"]).toMatchObject({ replicas: 2 });
    const dropped = await apply(WEB, { ...part({}), spec: undefined }, { manager: "bob" });
    expect(dropped.json["spec"]).toMatchObject({ replicas: 1 });
    expect(managersOf(dropped)).not.toHaveProperty("bob Apply");
  });

  it.each([
    ["a label", { metadata: { name: "c", labels: { a: "1", b: "2" } } }, { metadata: { name: "c", labels: { a: "1" } } }, "b"],
    ["an entry of a map", { data: { a: "1", b: "2" } }, { data: { a: "1" } }, "b"],
    ["a whole map", { metadata: { name: "c", annotations: { gone: "1" } } }, { metadata: { name: "c" } }, "gone"],
    [
      "an entry of a set",
      { metadata: { name: "c", finalizers: ["x.io/a", "x.io/b"] } },
      { metadata: { name: "c", finalizers: ["x.io/a"] } },
      "x.io/b",
    ],
  ])("removes %s that its only manager applies no more", async (...[, first, second, gone]) => {
    const before = await apply(CONFIG, { ...configMap({}), ...first });
    expect(before.text).toContain(`"${gone}"`);
    const after = await apply(CONFIG, { ...configMap({}), ...second });
    expect([after.code, after.text.includes(`"${gone}"`)]).toEqual([200, false]);
  });

  it.each([
    ["containers", { containers: [{ name: "side", image: "envoy" }] }, ["main", "side"]],
    ["volumes", { volumes: [{ name: "v2", emptyDir: {} }] }, ["v1", "v2"]],
  ])("merges %s of two managers by name, in the order of both", async (list, spec, names) => {
    const volumes = { volumes: [{ name: "v1", emptyDir: {} }] };
    const template = at(deployment(), "spec.template") as Json;
    await apply(WEB, deployment({ template: { ...template, spec: { ...(template["spec"] as Json), ...volumes } } }));
    const reply = await apply(WEB, part({ template: { spec } }), { manager: "bob" });
    const found = (reply.json["spec"] as { template: { spec: Record<string, { name: string }[]> } }).template.spec[list];
    expect(found?.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ["env", [{ name: "A", value: "1" }], [{ name: "B", value: "2" }], 'k:{"name":"B"}'],
    ["ports", [{ containerPort: 80 }], [{ containerPort: 80, protocol: "UDP" }], 'k:{"containerPort":80,"protocol":"UDP"}'],
    ["volumeMounts", [{ name: "v", mountPath: "/a" }], [{ name: "v", mountPath: "/b" }], 'k:{"mountPath":"/b"}'],
  ])("merges %s of a container by its keys", async (...[list, mine, theirs, key]) => {
    const spec = deployment({}, { [list]: mine });
    (at(spec, "spec.template.spec") as Json)["volumes"] = [{ name: "v", emptyDir: {} }];
    await apply(WEB, spec);
    const reply = await apply(WEB, part({ template: { spec: { containers: [{ name: "main", [list]: theirs }] } } }), {
      manager: "bob",
    });
    expect(containersOf(reply)[0]?.[list]).toHaveLength(2);
    expect(JSON.stringify(managersOf(reply)["bob Apply"])).toContain(JSON.stringify(key));
  });

  it("removes a container with all its defaults when its only manager drops it", async () => {
    await apply(WEB, deployment());
    await apply(WEB, part({ template: { spec: { containers: [{ name: "side", image: "envoy" }] } } }), { manager: "bob" });
    const reply = await apply(WEB, part({ minReadySeconds: 1 }), { manager: "bob" });
    expect(containersOf(reply).map(({ name }) => name as string)).toEqual(["main"]);
  });

  it.each([
    ["PUT", (object: Json) => ({ method: "PUT", body: { ...object, data: { a: "2", b: "1" } } })],
    ["PATCH", () => ({ method: "PATCH", body: { data: { a: "2" } }, headers: MERGE })],
  ])("knows whose field was changed by %s since", async (_method, change) => {
    const { json } = await apply(CONFIG, configMap({ a: "1", b: "1" }));
    const changed = await bed.ask(`${CONFIG}?fieldManager=carol`, change(json));
    expect(managersOf(changed)).toEqual({ "alice Apply": { "f:data": { "f:b": {} } }, "carol Update": { "f:data": { "f:a": {} } } });
    const refused = await apply(CONFIG, configMap({ a: "1", b: "1" }));
    expect(refused.json["message"]).toBe('Apply failed with 1 conflict: conflict with "carol" using v1: .data.a');
  });

  it("names the writer after its program when it gives no manager, and scale by its subresource", async () => {
    await apply(WEB, deployment({ replicas: 1 }));
    const headers = { ...MERGE, "user-agent": "kubectl/v1.34.4 (linux/amd64)" };
    await bed.ask(`${WEB}/scale`, { method: "PATCH", body: { spec: { replicas: 3 } }, headers });
    const refused = await apply(WEB, deployment({ replicas: 1 }));
    expect(refused.json["message"]).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
    );
  });

  it("gives what was there before the first apply to a manager of that name, and lists all conflicts", async () => {
    await bed.ask("/api/v1/namespaces/default/configmaps", { method: "POST", body: configMap({ a: "1", b: "1" }) });
    expect((await bed.ask(CONFIG)).text).not.toContain("managedFields");
    const refused = await apply(CONFIG, configMap({ a: "2", b: "2" }));
    expect(refused.json["message"]).toBe(
      'Apply failed with 2 conflicts: conflicts with "before-first-apply" using v1:\n- .data.a\n- .data.b',
    );
    expect(managersOf(await apply(CONFIG, configMap({ a: "1" })))).toEqual({
      "alice Apply": { "f:data": { "f:a": {} } },
      "before-first-apply Update": { "f:data": { ".": {}, "f:a": {}, "f:b": {} } },
    });
  });

  it("counts the writes of the cluster's own parts as theirs", async () => {
    const { json } = await apply(WEB, deployment());
    const { store } = bed;
    const resource = store.resource("Deployment");
    store.updateStatus(resource, { ...(json as never as NonNullable<ReturnType<typeof store.get>>), status: { replicas: 1 } });
    expect(managersOf(await bed.ask(WEB))["kube-controller-manager Update status"]).toEqual({ "f:status": { "f:replicas": {} } });
  });

  it("applies to the status alone through its door", async () => {
    await apply(WEB, deployment());
    const conditions = [{ type: "Available", status: "True" }];
    const reply = await apply(`${WEB}/status`, { ...part({}), status: { conditions } }, { manager: "bob" });
    expect(reply.json["status"]).toEqual({ conditions });
    expect(managersOf(reply)["bob Apply status"]).toEqual({
      "f:status": { "f:conditions": { 'k:{"type":"Available"}': { ".": {}, "f:status": {}, "f:type": {} } } },
    });
  });

  it("forgets all owners when a client asks it to", async () => {
    await apply(CONFIG, configMap({ a: "1" }));
    const reply = await bed.ask(CONFIG, { method: "PATCH", body: { metadata: { managedFields: [{}] } }, headers: MERGE });
    expect([reply.code, reply.text.includes("managedFields")]).toEqual([200, false]);
  });

  it("stores nothing of a dry run", async () => {
    expect((await apply(CONFIG, configMap({ a: "1" }), { query: "&dryRun=All" })).code).toBe(201);
    expect((await bed.ask(CONFIG)).code).toBe(404);
  });

  it.each([
    [
      "no manager",
      CONFIG,
      configMap({}),
      { manager: "" },
      422,
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    ],
    [
      "another version",
      CONFIG,
      { ...configMap({}), apiVersion: "v2" },
      {},
      400,
      "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1",
    ],
    ["managedFields", CONFIG, configMap({}, { managedFields: [] }), {}, 400, "metadata.managedFields must be nil"],
    ["another name", CONFIG, configMap({}, { name: "d" }), {}, 400, "the name of the object (d) does not match the name on the URL (c)"],
    ["what is no YAML", CONFIG, "{", {}, 400, "error decoding YAML: "],
    [
      "an unknown field",
      WEB,
      deployment({ replicaz: 1 }),
      {},
      500,
      "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replicaz: field not declared in schema",
    ],
    [
      "a key twice",
      WEB,
      deployment({}, { env: [{ name: "A" }, { name: "A" }] }),
      {},
      500,
      '.containers[name="main"].env: duplicate entries for key [name="A"]',
    ],
    ["a key left out", WEB, deployment({}, { env: [{ value: "A" }] }), {}, 500, 'omits key field "name" (and doesn\'t have default value)'],
    [
      "a uid of nothing",
      CONFIG,
      configMap({}, { uid: "u" }),
      {},
      409,
      "uid mismatch: the provided object specified uid u, and no existing object was found",
    ],
    ["the status of nothing", `${WEB}/status`, part({}), {}, 404, 'deployments.apps "web" not found'],
  ])("refuses %s", async (...[, path, body, options, code, message]) => {
    const reply = await apply(path, body, options);
    expect([reply.code, reply.json["message"]]).toEqual([code, expect.stringContaining(message)]);
  });

  it("takes lists of a custom kind by the keys of its schema, and others as one value", async () => {
    const list = { type: "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["id"], items: { type: "object" } };
    const schema = { type: "object", properties: { spec: { type: "object", properties: { parts: list, tags: { type: "array" } } } } };
    const names = { plural: "widgets", kind: "Widget" };
    const versions = [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }];
    const definition = { group: "example.org", scope: "Namespaced", names, versions };
    const body = { metadata: { name: "widgets.example.org" }, spec: definition };
    await bed.ask("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", { method: "POST", body });
    const path = "/apis/example.org/v1/namespaces/default/widgets/w";
    const widget = (spec: Json): Json => ({ apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "w" }, spec });
    await apply(path, widget({ parts: [{ id: 1 }], tags: ["a"], free: { x: 1 } }));
    const reply = await apply(path, widget({ parts: [{ id: 2 }] }), { manager: "bob" });
    expect(reply.json["spec"]).toMatchObject({ parts: [{ id: 1 }, { id: 2 }], tags: ["a"] });
    expect(managersOf(reply)["alice Apply"]).toEqual({
      "f:spec": { "f:free": { ".": {}, "f:x": {} }, "f:parts": { 'k:{"id":1}': { ".": {}, "f:id": {} } }, "f:tags": {} },
    });
    const refused = await apply(path, widget({ tags: ["b"] }), { manager: "bob" });
    expect(refused.json["message"]).toContain(".spec.tags");
  });
});
