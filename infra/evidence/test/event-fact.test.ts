import { eventDataSchema } from "@kubera-e2e/schema/fact-data";
import { factSchema } from "@kubera-e2e/schema/evidence";
import { assert, date, oneof, option, property, record, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { eventFact } from "../src/index.ts";

const WHERE = { bed: "sim", cluster: "member" };

const event = (over: object): object => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name: "e1", namespace: "kubera", creationTimestamp: "2026-11-24T10:00:00Z" },
  involvedObject: { kind: "Pod", namespace: "kubera", name: "mysql-0" },
  type: "Warning",
  reason: "Failed",
  message: "no space left on device",
  ...over,
});

describe("eventFact", () => {
  test("carries scope and data under the names of their source", () => {
    const fact = eventFact(
      WHERE,
      event({
        count: 3,
        firstTimestamp: "2026-11-24T10:00:01Z",
        lastTimestamp: "2026-11-24T10:00:09Z",
        source: { component: "kubelet", host: "w1" },
      }),
    );
    expect(fact).toEqual({
      kind: "kubernetes.event",
      at: "2026-11-24T10:00:09.000Z",
      scope: { bed: "sim", cluster: "member", namespace: "kubera", kind: "Pod", name: "mysql-0", node: "w1" },
      data: {
        type: "Warning",
        reason: "Failed",
        message: "no space left on device",
        count: 3,
        firstTimestamp: "2026-11-24T10:00:01.000Z",
        "source.component": "kubelet",
        "source.host": "w1",
      },
    });
    expect(eventDataSchema.safeParse(fact?.data).success).toBe(true);
  });

  test.each([
    [
      "the series",
      { series: { count: 9, lastObservedTime: "2026-11-24T10:05:00.123456Z" }, lastTimestamp: "2026-11-24T10:01:00Z" },
      "10:05:00.123",
    ],
    ["lastTimestamp", { lastTimestamp: "2026-11-24T10:01:00Z", eventTime: "2026-11-24T10:00:30Z" }, "10:01:00.000"],
    ["eventTime", { lastTimestamp: null, eventTime: "2026-11-24T10:00:30.5Z" }, "10:00:30.500"],
    ["firstTimestamp", { firstTimestamp: "2026-11-24T10:00:20Z", eventTime: null }, "10:00:20.000"],
    ["its creation", {}, "10:00:00.000"],
  ])("takes its time from %s", (_source, over, time) => {
    expect(eventFact(WHERE, event(over))?.at).toBe(`2026-11-24T${time}Z`);
  });

  test("places an event of a node on that node", () => {
    expect(eventFact(WHERE, event({ involvedObject: { kind: "Node", name: "w2" } }))?.scope).toEqual({
      bed: "sim",
      cluster: "member",
      namespace: "kubera",
      kind: "Node",
      name: "w2",
      node: "w2",
    });
  });

  test("is undefined for an object without any time", () => {
    expect(eventFact(WHERE, event({ metadata: { name: "e1" } }))).toBeUndefined();
    expect(eventFact(WHERE, event({ metadata: { name: "e1", creationTimestamp: "yesterday" } }))).toBeUndefined();
  });

  test("makes a valid fact of whatever times and texts an event carries", () => {
    const text = option(string(), { nil: undefined });
    const time = option(
      oneof(
        string(),
        date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
      ),
      { nil: null },
    );
    const any = record({ type: text, reason: text, message: text, lastTimestamp: time, firstTimestamp: time, eventTime: time });
    assert(
      property(any, (over) => {
        expect(factSchema.safeParse(eventFact(WHERE, event(over))).error).toBeUndefined();
      }),
    );
  });
});
