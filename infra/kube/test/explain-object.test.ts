import { describe, expect, test } from "vitest";
import { KINDS, type ObjectRef } from "../src/index.ts";
import { explainObject } from "../src/explain-object.ts";
import { since } from "../src/since.ts";
import { startFakeApi, status, type FakeApi, type TestObject } from "./fake-api.ts";

const NOW = Date.parse("2026-11-24T14:07:19Z");

test.each([
  ["2026-11-24T14:03:07Z", "14:03:07Z, 4 min 12 s"],
  ["2026-11-24T14:07:19.900Z", "14:07:19Z, 0 s"],
  ["2026-11-24T14:06:50Z", "14:06:50Z, 29 s"],
  ["2026-11-24T12:00:00Z", "12:00:00Z, 2 h 7 min"],
  ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00Z, 2 d 4 h"],
  ["2026-11-24T14:05:19Z", "14:05:19Z, 2 min"],
  ["yesterday", undefined],
  [undefined, undefined],
])("tells since when of %s", (time, told) => {
  expect(since(time, NOW)).toBe(told);
});

const object = (kind: { apiVersion: string; kind: string }, name: string, rest: Record<string, unknown> = {}): TestObject => {
  const { metadata, ...body } = rest;
  return { ...kind, ...body, metadata: { name, namespace: "kubera", ...(metadata as object) } };
};
const event = (reason: string, message: string, rest: { on: string; at: string; type?: string }): TestObject => {
  const [kind = "", name = ""] = rest.on.split(" ");
  const body = { type: rest.type ?? "Normal", reason, message, involvedObject: { kind, name }, lastTimestamp: `2026-11-24T${rest.at}Z` };
  return object(KINDS.event, `${reason}-${name}-${rest.at.replaceAll(":", "")}`, body);
};
const ownedBy = (kind: string, name: string) => ({ ownerReferences: [{ apiVersion: "apps/v1", kind, name, uid: "u" }] });

const DEPLOYMENT = object(KINDS.deployment, "maya-io", {
  spec: { selector: { matchLabels: { app: "maya-io" } } },
  status: {
    conditions: [{ type: "Available", status: "False", reason: "MinimumReplicasUnavailable", lastTransitionTime: "2026-11-24T14:03:07Z" }],
  },
});
const POD = object(KINDS.pod, "maya-io-1", {
  metadata: { labels: { app: "maya-io" }, ...ownedBy("ReplicaSet", "maya-io-rs") },
  status: {
    phase: "Pending",
    conditions: [{ type: "Ready", status: "False", reason: "ContainersNotReady", lastTransitionTime: "2026-11-24T14:03:08Z" }],
    containerStatuses: [{ name: "maya-io", ready: false, restartCount: 0, state: { waiting: { reason: "ContainerCreating" } } }],
  },
});
const SET = object(KINDS.replicaSet, "maya-io-rs", { metadata: ownedBy("Deployment", "maya-io") });
const QUOTA = 'pods "maya-io-2" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=10, limited: pods=10';

const explained = async (fill: (api: FakeApi) => void, ref: ObjectRef = { ...KINDS.deployment, namespace: "kubera", name: "maya-io" }) => {
  await using api = await startFakeApi();
  await using client = api.open();
  fill(api);
  return (await explainObject(client, ref, NOW)).split("\n").map((line) => line.trim());
};

const filled =
  (...objects: readonly TestObject[]) =>
  (api: FakeApi): void => {
    for (const one of objects) api.put(one);
  };

describe("an explanation", () => {
  test("names a registry that stalls by its only trace, a pull that nothing followed", async () => {
    const on = "Pod maya-io-1";
    const pulling = event("Pulling", 'Pulling image "registry/maya-io:1.12.0"', { on, at: "14:03:09" });
    expect(await explained(filled(DEPLOYMENT, POD, SET, event("Scheduled", "to n1", { on, at: "14:03:08" }), pulling))).toEqual([
      "Deployment kubera/maya-io: Available=False since 14:03:07Z, 4 min 12 s (MinimumReplicasUnavailable)",
      "Pod kubera/maya-io-1: Ready=False since 14:03:08Z, 4 min 11 s (ContainersNotReady); container maya-io is ContainerCreating",
      "Pod maya-io-1 is owned by ReplicaSet maya-io-rs, Deployment maya-io",
      'event 2026-11-24T14:03:09.000Z Normal Pulling on Pod maya-io-1: Pulling image "registry/maya-io:1.12.0" (and nothing since, for 4 min 10 s)',
    ]);
  });

  test("names what the ReplicaSet says when no pod came to be", async () => {
    const failed = event("FailedCreate", QUOTA, { on: "ReplicaSet maya-io-rs", at: "14:05:00", type: "Warning" });
    expect(await explained(filled(DEPLOYMENT, SET, failed))).toEqual([
      "Deployment kubera/maya-io: Available=False since 14:03:07Z, 4 min 12 s (MinimumReplicasUnavailable)",
      `event 2026-11-24T14:05:00.000Z Warning FailedCreate on ReplicaSet maya-io-rs: ${QUOTA}`,
    ]);
  });

  test("passes over a trouble that has ended", async () => {
    const on = "Pod maya-io-1";
    const [, , , last] = await explained(
      filled(
        DEPLOYMENT,
        POD,
        SET,
        event("FailedScheduling", "0/3 nodes", { on, at: "14:03:00", type: "Warning" }),
        event("Scheduled", "to n1", { on, at: "14:03:01" }),
        event("FailedMount", "no such secret", { on, at: "14:03:05", type: "Warning" }),
      ),
    );
    expect(last).toBe("event 2026-11-24T14:03:05.000Z Warning FailedMount on Pod maya-io-1: no such secret");
  });

  test("tells of a claim its phase, of a deletion its finalizers", async () => {
    const claim = { ...KINDS.claim, namespace: "kubera", name: "mayastore" };
    const pending = object(KINDS.claim, "mayastore", { status: { phase: "Pending" } });
    expect(await explained(filled(pending), claim)).toEqual([
      "PersistentVolumeClaim kubera/mayastore: its phase is Pending",
      "no event speaks of PersistentVolumeClaim kubera/mayastore",
    ]);
    const metadata = { deletionTimestamp: "2026-11-24T14:03:07Z", finalizers: ["kubernetes.io/pvc-protection"] };
    const [held] = await explained(filled(object(KINDS.claim, "mayastore", { metadata, status: { phase: "Bound" } })), claim);
    expect(held).toBe(
      "PersistentVolumeClaim kubera/mayastore: it is being deleted since 14:03:07Z, 4 min 12 s, finalizers kubernetes.io/pvc-protection, its phase is Bound",
    );
  });

  test("names the objects, with their finalizers, that a namespace still holds", async () => {
    const message = "Some resources are remaining: pods. has 1 resource instances, replicasets.apps has 2 resource instances";
    const namespace: TestObject = {
      ...KINDS.namespace,
      metadata: { name: "kubera", deletionTimestamp: "2026-11-24T14:03:07Z" },
      spec: { finalizers: ["kubernetes"] },
      status: {
        phase: "Terminating",
        conditions: [
          {
            type: "NamespaceContentRemaining",
            status: "True",
            reason: "SomeResourcesRemain",
            message,
            lastTransitionTime: "2026-11-24T14:03:12Z",
          },
          { type: "NamespaceDeletionContentFailure", status: "False", reason: "ContentDeleted" },
        ],
      },
    };
    const left = object(KINDS.replicaSet, "b", { metadata: { finalizers: ["mayadata.io/hold"] } });
    expect(await explained(filled(namespace, POD, SET, left), { ...KINDS.namespace, name: "kubera" })).toEqual([
      `Namespace kubera: it is being deleted since 14:03:07Z, 4 min 12 s, NamespaceContentRemaining=True since 14:03:12Z, 4 min 7 s (SomeResourcesRemain: ${message})`,
      "left in it: pods maya-io-1",
      "left in it: replicasets maya-io-rs, b (held by mayadata.io/hold)",
      "no event speaks of Namespace kubera",
    ]);
  });

  test("says what it may not read, and tells the rest", async () => {
    const forbidden = { status: 403, body: status(403, "Forbidden", 'events is forbidden: User "dev" cannot list resource "events"') };
    const fill = (api: FakeApi): void => {
      filled(DEPLOYMENT)(api);
      api.answerWith("/api/v1/namespaces/kubera/events", forbidden);
      api.answerWith("/api/v1/namespaces/kubera/pods", forbidden);
    };
    expect(await explained(fill)).toEqual([
      "Deployment kubera/maya-io: Available=False since 14:03:07Z, 4 min 12 s (MinimumReplicasUnavailable)",
      'its events could not be read: cluster server answered 403 Forbidden to GET: events is forbidden: User "dev" cannot list resource "events"',
    ]);
  });
});
