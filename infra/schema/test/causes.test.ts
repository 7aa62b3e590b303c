import { describe, expect, test } from "vitest";
import { CAUSE_IDS, classOfCause, isCauseId, rankOfCause } from "../src/causes.ts";

test("knows 69 causes and the unknown, each once", () => {
  expect(CAUSE_IDS).toHaveLength(70);
  expect(new Set(CAUSE_IDS).size).toBe(CAUSE_IDS.length);
  expect(CAUSE_IDS.at(-1)).toBe("unknown");
});

test("gives every cause but the unknown a class", () => {
  expect(CAUSE_IDS.filter((id) => isCauseId(id) && classOfCause(id) === "unknown")).toEqual(["unknown"]);
});

describe("class", () => {
  test.each([
    ["esx.host-reboot", "infrastructure"],
    ["node.disk-pressure", "infrastructure"],
    ["registry.throttled", "infrastructure"],
    ["registry.image-missing", "product"],
    ["auth.token", "environment"],
    ["ci.aborted", "environment"],
    ["product.crash", "product"],
    ["test.harness", "test"],
    ["unknown", "unknown"],
  ] as const)("of %s is %s", (cause, expected) => {
    expect(classOfCause(cause)).toBe(expected);
  });
});

test("ranks what explains before what is explained", () => {
  const chain = [
    "esx.datastore-full",
    "node.disk-pressure",
    "registry.throttled",
    "controlplane.unschedulable",
    "product.not-ready",
    "test.harness",
    "unknown",
  ] as const;
  expect(chain.toSorted((a, b) => rankOfCause(a) - rankOfCause(b))).toEqual(chain);
});

test.each(["node.disk", "disk-pressure", "", "Node.Disk-Pressure"])("does not take %j for a cause", (text) => {
  expect(isCauseId(text)).toBe(false);
});
