import { describe, expect, it } from "vitest";
import { copyDisk, newDisk } from "../src/datacenter/disk.ts";
import { ApiStatusError } from "../src/kubernetes/api-status.ts";
import { createStore, type EtcdStore } from "../src/kubernetes/etcd-store.ts";
import type { KubeObject } from "../src/kubernetes/kube-object.ts";
import type { NewObject, StoreEvent } from "../src/kubernetes/store.ts";

const NOW = Date.parse("2026-05-04T10:00:00.500Z");

const newStore = (): EtcdStore => createStore(newDisk(10).etcd, { now: () => NOW });

const configMap = (name: string, data: Record<string, string> = {}): NewObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data,
});

const pod = (name: string, spec: Record<string, unknown> = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: { containers: [{ name: "main", image: "nginx" }], ...spec },
});

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.org" },
  spec: {
    group: "example.org",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget" },
    versions: [{ name: "v1", served: true, storage: true }],
  },
};

const widget = (name: string, metadata: Record<string, unknown> = {}) => ({
  apiVersion: "example.org/v1",
  kind: "Widget",
  metadata: { name, namespace: "default", ...metadata },
});

const refusal = (attempt: () => unknown): ApiStatusError => {
  try {
    attempt();
  } catch (error) {
    if (error instanceof ApiStatusError) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("the store of the simulated API server", () => {
  it("makes the system namespaces on an empty disk, once", () => {
    const disk = newDisk(10);
    const first = createStore(disk.etcd);
    expect(first.list(first.resource("Namespace")).map((object) => object.metadata.name)).toEqual([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ]);
    expect(createStore(disk.etcd).revision).toBe(4);
  });

  it("gives a new object uid, revision, time and a frozen shape", () => {
    const store = newStore();
    const made = store.create(store.resource("ConfigMap"), configMap("settings", { a: "1" }));
    expect(made.metadata).toMatchObject({ resourceVersion: "5", creationTimestamp: "2026-05-04T10:00:00Z" });
    expect(made.metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
    expect(Object.isFrozen(made) && Object.isFrozen(made["data"])).toBe(true);
  });

  it("generates a name from generateName", () => {
    const store = newStore();
    const given = { ...configMap("x"), metadata: { namespace: "default", generateName: "web-" } };
    expect(store.create(store.resource("ConfigMap"), given).metadata.name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2-9]{5}$/);
  });

  it.each([
    [
      "a second object of one name",
      (s: EtcdStore) => s.create(s.resource("ConfigMap"), configMap("a")),
      409,
      'configmaps "a" already exists',
    ],
    [
      "an object in no namespace",
      (s: EtcdStore) => s.create(s.resource("ConfigMap"), { ...configMap("b"), metadata: { name: "b", namespace: "nowhere" } }),
      404,
      'namespaces "nowhere" not found',
    ],
    [
      "the deletion of nothing",
      (s: EtcdStore) => s.delete(s.resource("Deployment"), "default", "x"),
      404,
      'deployments.apps "x" not found',
    ],
    [
      "an update of an old version",
      (s: EtcdStore) =>
        s.update(s.resource("ConfigMap"), {
          ...configMap("a"),
          metadata: { ...configMap("a").metadata, resourceVersion: "1" },
        } as KubeObject),
      409,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    ["an unknown kind", (s: EtcdStore) => s.resource("Widget"), 404, "the server could not find the requested resource"],
  ])("refuses %s", (...[, attempt, code, message]) => {
    const store = newStore();
    store.create(store.resource("ConfigMap"), configMap("a"));
    expect(refusal(() => attempt(store)).status).toMatchObject({ code, message, status: "Failure" });
  });

  it("bumps the generation when the spec changes, not for labels or status", () => {
    const store = newStore();
    const deployments = store.resource("Deployment");
    const made = store.create(deployments, {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web", namespace: "default" },
      spec: { selector: { matchLabels: { app: "web" } }, template: { metadata: { labels: { app: "web" } }, spec: { containers: [] } } },
    });
    const labelled = store.update(deployments, { ...made, metadata: { ...made.metadata, labels: { team: "x" } } });
    const reported = store.updateStatus(deployments, { ...labelled, status: { replicas: 1 } });
    const scaled = store.update(deployments, { ...reported, status: { replicas: 9 }, spec: { ...reported.spec, replicas: 3 } });
    expect([made, labelled, reported, scaled].map((object) => object.metadata.generation)).toEqual([1, 1, 1, 2]);
    expect(scaled.status).toEqual({ replicas: 1 });
    expect(scaled.spec).toMatchObject({ strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } });
  });

  it("writes nothing when nothing changes", () => {
    const store = newStore();
    const made = store.create(store.resource("ConfigMap"), configMap("a", { k: "v" }));
    const revision = store.revision;
    expect(store.update(store.resource("ConfigMap"), { ...made })).toBe(made);
    expect(store.revision).toBe(revision);
  });

  it("keeps an object with finalizers until they are empty", () => {
    const store = newStore();
    const maps = store.resource("ConfigMap");
    const made = store.create(maps, { ...configMap("a"), metadata: { name: "a", namespace: "default", finalizers: ["x/y"] } });
    const doomed = store.delete(maps, "default", "a");
    expect(doomed.metadata).toMatchObject({
      deletionTimestamp: "2026-05-04T10:00:00Z",
      deletionGracePeriodSeconds: 0,
      uid: made.metadata.uid,
    });
    store.update(maps, { ...doomed, metadata: { ...doomed.metadata, finalizers: [] } });
    expect(store.get(maps, "default", "a")).toBeUndefined();
  });

  it("keeps a pod of a node until its kubelet confirms the end", () => {
    const store = newStore();
    const pods = store.resource("Pod");
    store.create(pods, pod("bound", { nodeName: "n1", terminationGracePeriodSeconds: 12 }));
    store.create(pods, pod("unbound"));
    const doomed = store.delete(pods, "default", "bound");
    store.delete(pods, "default", "unbound");
    expect(doomed.metadata).toMatchObject({ deletionTimestamp: "2026-05-04T10:00:12Z", deletionGracePeriodSeconds: 12 });
    expect(store.list(pods).map((object) => object.metadata.name)).toEqual(["bound"]);
    store.delete(pods, "default", "bound", { gracePeriodSeconds: 0 });
    expect(store.list(pods)).toEqual([]);
  });

  it("lets a terminating namespace take nothing new and go when its spec is finalized", () => {
    const store = newStore();
    const namespaces = store.resource("Namespace");
    store.create(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "old" } });
    const doomed = store.delete(namespaces, undefined, "old");
    expect(doomed.status).toEqual({ phase: "Terminating" });
    const attempt = () => store.create(store.resource("ConfigMap"), { ...configMap("a"), metadata: { name: "a", namespace: "old" } });
    expect(refusal(attempt).status).toMatchObject({
      code: 403,
      message: 'configmaps "a" is forbidden: unable to create new content in namespace old because it is being terminated',
    });
    store.update(namespaces, { ...doomed, spec: { finalizers: [] } });
    expect(store.get(namespaces, undefined, "old")).toBeUndefined();
  });

  it("tells events in order of revision, also when a listener writes", () => {
    const store = newStore();
    const maps = store.resource("ConfigMap");
    const seen: string[] = [];
    store.watch((event) => {
      if (event.object.metadata.name === "a") store.create(maps, configMap("b"));
    });
    store.watch((event) => seen.push(`${event.type} ${event.object.metadata.name} ${event.revision}`));
    store.create(maps, configMap("a"));
    store.delete(maps, "default", "b");
    expect(seen).toEqual(["ADDED a 5", "ADDED b 6", "DELETED b 7"]);
  });

  it("remembers the last events and says when older ones are forgotten", () => {
    const store = createStore(newDisk(10).etcd, { historyLimit: 5 });
    const start = store.revision;
    for (let index = 0; index < 12; index += 1) store.create(store.resource("ConfigMap"), configMap(`m${index}`));
    const names = (events: readonly StoreEvent[] | undefined) => events?.map((event) => event.object.metadata.name);
    expect(names(store.since(start + 10))).toEqual(["m10", "m11"]);
    expect(store.since(start)).toBeUndefined();
    expect(store.since(store.revision)).toEqual([]);
  });

  it("serves a defined kind until its definition goes, with all its objects", () => {
    const store = newStore();
    const definitions = store.resource("CustomResourceDefinition");
    const made = store.create(definitions, definition);
    expect(made.status?.["conditions"]).toMatchObject([{ type: "NamesAccepted" }, { type: "Established", status: "True" }]);
    const widgets = store.resource("Widget");
    const held = store.create(widgets, widget("held", { finalizers: ["x/y"] }));
    store.create(widgets, widget("free"));
    store.delete(definitions, undefined, "widgets.example.org");
    expect(store.list(widgets).map((object) => object.metadata.name)).toEqual(["held"]);
    const doomed = store.get(widgets, "default", "held") ?? held;
    store.update(widgets, { ...doomed, metadata: { ...doomed.metadata, finalizers: [] } });
    expect(store.list(definitions)).toEqual([]);
    expect(refusal(() => store.resource("Widget")).code).toBe(404);
  });

  it("goes on from a reverted disk with the objects of then", () => {
    const disk = newDisk(10);
    const before = createStore(disk.etcd);
    before.create(before.resource("CustomResourceDefinition"), definition);
    const reverted = copyDisk(disk);
    before.create(before.resource("ConfigMap"), configMap("later"));
    before.close();
    const after = createStore(reverted.etcd);
    expect(after.list(after.resource("ConfigMap"))).toEqual([]);
    expect(after.resource("Widget").plural).toBe("widgets");
    expect(refusal(() => before.create(before.resource("ConfigMap"), configMap("lost"))).code).toBe(503);
  });

  it("keeps the cluster address of a service and gives node ports that are free", () => {
    const store = newStore();
    const services = store.resource("Service");
    const service = (name: string) => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, namespace: "default" },
      spec: { type: "NodePort", ports: [{ port: 80 }] },
    });
    const first = store.create(services, service("one"));
    const second = store.create(services, service("two"));
    expect([first.spec?.["clusterIP"], second.spec?.["clusterIP"]]).toEqual(["10.96.0.10", "10.96.0.11"]);
    expect([first, second].map((object) => object.spec?.["ports"] as unknown)).toMatchObject([
      [{ nodePort: 30000 }],
      [{ nodePort: 30001 }],
    ]);
    const updated = store.update(services, { ...service("one"), metadata: { ...first.metadata, labels: { a: "b" } } });
    expect(updated.spec).toEqual(first.spec);
  });
});
