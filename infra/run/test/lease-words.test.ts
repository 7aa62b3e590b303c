import type { LeaseRecord } from "@kubera-e2e/schema/lease";
import { expect, test } from "vitest";
import { leaseWords } from "../src/lease-words.ts";

const AT = "2026-01-01T00:00:00.000Z";
const END = "2026-01-01T01:00:00.000Z";
const lease = { schema: "kubera-e2e/lease@1", bed: "lab", holder: "ann", token: 1, since: AT, until: END, reason: "why" } as const;

test.each<[LeaseRecord["state"], string, string]>([
  ["free", "free", "free"],
  ["busy", `busy: ann since ${AT}, until ${END}: why`, `free; its last holder ended without giving it back: ann, at the latest ${END}`],
  [
    "cleaning",
    `cleaning: ann since ${AT}, until ${END}: why`,
    `free; its last holder ended without giving it back: ann, at the latest ${END}`,
  ],
  ["held", `held: ann since ${AT}, until ${END}: why`, `free; ann held it until ${END}: why`],
  ["frozen", `frozen: ann since ${AT}, until somebody gives it back: why`, `frozen: ann since ${AT}, until somebody gives it back: why`],
  ["dirty", "free; its last holder left it dirty: why", "free; its last holder left it dirty: why"],
  ["broken", "free; its last holder left it broken: why", "free; its last holder left it broken: why"],
])("a lease that is %s says so before its end and after it", (state, before, after) => {
  expect(leaseWords({ ...lease, state }, Date.parse(END) - 1)).toBe(before);
  expect(leaseWords({ ...lease, state }, Date.parse(END))).toBe(after);
});
