import { factSchema } from "@kubera-e2e/schema/evidence";
import { describe, expect, test } from "vitest";
import { EventRecords } from "../../src/recorder/event-records.ts";
import { NodeRecords } from "../../src/recorder/node-records.ts";
import { PodRecords } from "../../src/recorder/pod-records.ts";

const WHERE = { bed: "sim", cluster: "server" };
const AT = "2026-11-24T10:00:00.000Z";

const pod = (status: object, over: object = {}): object => ({
  metadata: { name: "mysql-0", namespace: "kubera", uid: "u1", ...over },
  spec: { nodeName: "w1" },
  status,
});

const ready = (status: string, reason?: string) => ({
  type: "Ready",
  status,
  ...(reason !== undefined && { reason }),
  lastProbeTime: null,
});
const container = (over: object) => ({ name: "db", image: "mysql:5.7", restartCount: 0, state: { running: {} }, ...over });
const killed = { terminated: { reason: "OOMKilled", exitCode: 137, finishedAt: "2026-11-24T09:59:00Z" } };

describe("changes of pods", () => {
  test("are told in words, with the state they led to", () => {
    const records = new PodRecords(WHERE);
    const take = (status: object, type: "ADDED" | "MODIFIED" | "DELETED" = "MODIFIED"): string[] =>
      records.take(type, pod(status), AT).map(({ data }) => String(data["change"]));
    expect(take({ phase: "Pending" }, "ADDED")).toEqual(["phase Pending, node w1"]);
    const waiting = container({ state: { waiting: { reason: "ContainerCreating", message: "one" } } });
    expect(take({ phase: "Pending", containerStatuses: [waiting] })).toEqual([
      "db state waiting (ContainerCreating), db restarts 0, db image mysql:5.7",
    ]);
    const again = container({ state: { waiting: { reason: "ContainerCreating", message: "two" } } });
    expect(take({ phase: "Pending", containerStatuses: [again] })).toEqual([]);
    const running = { phase: "Running", conditions: [ready("True")], containerStatuses: [container({})] };
    expect(take(running)).toEqual(["phase Pending → Running, Ready True", "db state waiting (ContainerCreating) → running"]);
    const restarted = { ...running, containerStatuses: [container({ restartCount: 1, lastState: killed })] };
    expect(take(restarted)).toEqual(["db restarts 0 → 1 (OOMKilled, exit code 137)"]);
    expect(take({ ...restarted, conditions: [ready("False", "ContainersNotReady")] })).toEqual(["Ready True → False (ContainersNotReady)"]);
    expect(take({ ...restarted, conditions: [ready("False", "ContainersNotReady")] }, "DELETED")).toEqual(["deleted"]);
  });

  test("carry what diagnosis reads", () => {
    const facts = new PodRecords(WHERE).take(
      "ADDED",
      pod({ phase: "Running", containerStatuses: [container({ restartCount: 1, lastState: killed })] }),
      AT,
    );
    expect(factSchema.array().parse(facts)[1]).toMatchObject({
      kind: "kubernetes.pod-change",
      at: AT,
      scope: { ...WHERE, namespace: "kubera", kind: "Pod", name: "mysql-0", node: "w1", image: "mysql:5.7" },
      data: { container: "db", restartCount: 1, "lastState.terminated.reason": "OOMKilled", "lastState.terminated.exitCode": 137 },
    });
  });

  test("of a pod that a list no longer shows are its deletion alone", () => {
    const records = new PodRecords(WHERE);
    records.take("ADDED", pod({ phase: "Running" }), AT);
    const [fact, ...others] = records.take("DELETED", { metadata: { name: "mysql-0", namespace: "kubera", uid: "u1" } }, AT);
    expect([fact?.data, others]).toEqual([{ change: "deleted" }, []]);
  });
});

describe("changes of nodes", () => {
  const node = (status: object, spec: object = {}): object => ({ metadata: { name: "w1" }, spec, status });
  const condition = (status: string, heartbeat: string) => ({
    type: "Ready",
    status,
    reason: "KubeletReady",
    lastHeartbeatTime: heartbeat,
  });
  const told = (...nodes: object[]): unknown[][] => {
    const records = new NodeRecords(WHERE);
    return nodes.map((one) => records.take("MODIFIED", one, AT).map(({ data }) => data["change"]));
  };

  test("are told without heartbeats", () => {
    const boot = { nodeInfo: { bootID: "b1" } };
    const well = { conditions: [condition("True", "1")], ...boot };
    expect(
      told(
        node(well),
        node({ ...well, conditions: [condition("True", "2")] }),
        node(well, { taints: [{ key: "node.kubernetes.io/disk-pressure", effect: "NoSchedule" }] }),
        node(well, { unschedulable: true }),
        node({ ...well, conditions: [condition("Unknown", "2")] }),
      ),
    ).toEqual([
      ["Ready True (KubeletReady), boot b1"],
      [],
      ["taints node.kubernetes.io/disk-pressure:NoSchedule"],
      ["unschedulable yes, taints node.kubernetes.io/disk-pressure:NoSchedule → none"],
      ["Ready True (KubeletReady) → Unknown (KubeletReady), unschedulable yes → none"],
    ]);
  });

  test("name both boots of a node that was started anew", () => {
    const records = new NodeRecords(WHERE);
    records.take("ADDED", node({ nodeInfo: { bootID: "b1" } }), AT);
    const [fact] = records.take("MODIFIED", node({ nodeInfo: { bootID: "b2" } }), AT);
    expect(fact).toMatchObject({
      kind: "kubernetes.node-change",
      data: { "nodeInfo.bootID": "b2", "bootID.before": "b1", change: "boot b1 → b2" },
    });
  });
});

describe("sightings of events", () => {
  const event = (over: object): object => ({
    metadata: { name: "e1", uid: "u1", namespace: "kubera" },
    involvedObject: { kind: "Pod", namespace: "kubera", name: "p" },
    type: "Normal",
    reason: "Pulled",
    count: 1,
    lastTimestamp: "2026-11-24T10:00:00Z",
    ...over,
  });

  test("are told once each; a higher count is another one", () => {
    const records = new EventRecords(WHERE);
    const told = [event({}), event({}), event({ count: 2 }), event({ count: 2 }), event({})].map((one) => records.take(one) !== undefined);
    expect(told).toEqual([true, false, true, false, false]);
  });

  test.each<[string, object, unknown]>([
    ["without an object", { involvedObject: undefined }, { bed: "sim", cluster: "server", namespace: "kubera" }],
    [
      "of events.k8s.io",
      {
        involvedObject: undefined,
        regarding: { kind: "Node", name: "w1" },
        lastTimestamp: null,
        eventTime: "2026-11-24T10:00:00.123456Z",
        note: "n",
      },
      { bed: "sim", cluster: "server", namespace: "kubera", kind: "Node", name: "w1", node: "w1" },
    ],
  ])("%s are told", (_name, over, scope) => {
    expect(new EventRecords(WHERE).take(event(over))).toMatchObject({ fact: { scope } });
  });

  test.each<[string, object, string]>([
    ["carries no time", { lastTimestamp: null }, "event u1 carries no time"],
    ["has a message that is no text", { message: { a: 1 } }, "event u1 is malformed: data.message Invalid input"],
    [
      "is about a number",
      { involvedObject: { kind: "Pod", name: 7 } },
      "event u1 is malformed: scope.name Invalid input: expected string, received number",
    ],
  ])("that %s is told as malformed, once", (_name, over, malformed) => {
    const records = new EventRecords(WHERE);
    expect(records.take(event(over))).toEqual({ malformed });
    expect(records.take(event(over))).toBeUndefined();
  });
});
