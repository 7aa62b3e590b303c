import { expect, test } from "vitest";
import { LEASE_STATES, leaseRecordSchema } from "../src/lease.ts";

const AT = "2026-05-04T09:00:00.000Z";
const LEASE = { schema: "kubera-e2e/lease@1", bed: "konvoy", state: "busy", holder: "jo@host 12", token: 3, since: AT, until: AT };

test.each(LEASE_STATES)("takes a lease that is %s", (state) => {
  expect(leaseRecordSchema.parse({ ...LEASE, state })).toEqual({ ...LEASE, state });
});

test.each([
  ["an unknown state", { ...LEASE, state: "lost" }],
  ["a token below 0", { ...LEASE, token: -1 }],
  ["no end", { ...LEASE, until: undefined }],
  ["another version", { ...LEASE, schema: "kubera-e2e/lease@2" }],
])("refuses a lease with %s", (_fault, lease) => {
  expect(leaseRecordSchema.safeParse(lease).success).toBe(false);
});
