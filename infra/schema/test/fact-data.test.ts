import { describe, expect, test } from "vitest";
import {
  eventDataSchema,
  exchangeDataSchema,
  machineDataSchema,
  nodeDataSchema,
  podDataSchema,
  restoreStepDataSchema,
} from "../src/fact-data.ts";
import { logDataSchema, nodeChangeDataSchema, podChangeDataSchema } from "../src/recorded-data.ts";

const schemas = {
  eventDataSchema,
  exchangeDataSchema,
  machineDataSchema,
  nodeDataSchema,
  podDataSchema,
  restoreStepDataSchema,
  podChangeDataSchema,
  nodeChangeDataSchema,
  logDataSchema,
};

describe.each(Object.entries(schemas))("%s", (_name, schema) => {
  test("takes a fact whose source gave nothing", () => {
    expect(schema.parse({})).toEqual({});
  });

  test("passes over fields that a writer added", () => {
    expect(schema.parse({ "kubelet.weather": "fair" })).toEqual({});
  });
});

test.each([
  ["a number as text", nodeDataSchema, { "fs.availableBytes": "12" }],
  ["readiness as text", podDataSchema, { ready: "true" }],
  ["an exit code as text", podDataSchema, { "lastState.terminated.exitCode": "1" }],
  ["a status as text", exchangeDataSchema, { status: "503" }],
])("refuses %s, so that no rule compares it", (_what, schema, data) => {
  expect(schema.safeParse(data).success).toBe(false);
});
