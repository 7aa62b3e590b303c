import { describe, expect, test } from "vitest";
import { exitOf, type ExitParts } from "../src/index.ts";

const counts = (more: Partial<ExitParts["counts"]>): ExitParts["counts"] => ({
  planned: 10,
  passed: 0,
  failed: 0,
  skipped: 0,
  blocked: 0,
  notRun: 0,
  ...more,
});
const parts = (more: Partial<ExitParts>): ExitParts => ({
  interrupted: false,
  sharded: false,
  counts: counts({ passed: 10 }),
  failures: [],
  errors: [],
  ...more,
});

const rows: readonly [title: string, parts: Partial<ExitParts>, code: number, because: string][] = [
  ["all passed", {}, 0, "all tests passed"],
  ["passed and skipped", { counts: counts({ passed: 8, skipped: 2 }) }, 0, "all tests passed"],
  ["one draft that failed", { counts: counts({ passed: 9, failed: 1 }), drafts: 1 }, 0, "all tests passed but 1 draft"],
  [
    "a failure beside two drafts",
    { counts: counts({ failed: 3 }), drafts: 2, failures: [{ class: "product" }] },
    1,
    "product, test or unexplained failures",
  ],
  ["a product failure", { counts: counts({ failed: 1 }), failures: [{ class: "product" }] }, 1, "product, test or unexplained failures"],
  ["an unknown failure", { counts: counts({ failed: 1 }), failures: [{ class: "unknown" }] }, 1, "product, test or unexplained failures"],
  [
    "a product failure among infrastructure",
    { counts: counts({ failed: 2 }), failures: [{ class: "infrastructure" }, { class: "product" }] },
    1,
    "product, test or unexplained failures",
  ],
  ["a failure without evidence", { counts: counts({ failed: 1 }), failures: [] }, 1, "product, test or unexplained failures"],
  [
    "one infrastructure failure",
    { counts: counts({ failed: 1 }), failures: [{ class: "infrastructure" }] },
    23,
    "the only failure was infrastructure",
  ],
  [
    "infrastructure and environment failures",
    { counts: counts({ failed: 2 }), failures: [{ class: "infrastructure" }, { class: "environment" }] },
    23,
    "every failure was infrastructure",
  ],
  [
    "infrastructure failures and blocked tests",
    { counts: counts({ failed: 1, blocked: 3 }), failures: [{ class: "infrastructure" }] },
    23,
    "the only failure was infrastructure",
  ],
  [
    "a failed restore and blocked tests",
    { counts: counts({ failed: 1, blocked: 9 }), failures: [{ class: "infrastructure", code: "RESTORE_FAILED" }] },
    22,
    "the bed could not be set up",
  ],
  [
    "a failed restore and a product failure",
    { counts: counts({ failed: 2, blocked: 8 }), failures: [{ class: "infrastructure", code: "RESTORE_FAILED" }, { class: "product" }] },
    1,
    "product, test or unexplained failures",
  ],
  [
    "a hypervisor that could not be reached in a set-up",
    { counts: counts({ failed: 1 }), failures: [{ class: "infrastructure", code: "CONNECTION_REFUSED", inSetUp: true }] },
    22,
    "the bed could not be set up",
  ],
  [
    "a product that a full disk kept from starting in a set-up",
    { counts: counts({ failed: 1, blocked: 6 }), failures: [{ class: "infrastructure", code: "WAIT_DEADLINE", inSetUp: true }] },
    22,
    "the bed could not be set up",
  ],
  [
    "a product that did not start in a set-up",
    { counts: counts({ failed: 1, blocked: 9 }), failures: [{ class: "product", code: "WAIT_DEADLINE", inSetUp: true }] },
    1,
    "product, test or unexplained failures",
  ],
  [
    "a lease that somebody else holds, and blocked tests",
    { counts: counts({ failed: 1, blocked: 9 }), failures: [{ class: "environment", code: "LEASE_HELD", inSetUp: true }] },
    21,
    "LEASE_HELD: the bed is held by somebody else",
  ],
  [
    "a secret that nobody gave, and blocked tests",
    { counts: counts({ failed: 1, blocked: 9 }), failures: [{ class: "environment", code: "SECRET_MISSING", inSetUp: true }] },
    2,
    "SECRET_MISSING: a secret that is named and not given",
  ],
  [
    "an executed test that asked a data centre which was not there",
    { counts: counts({ passed: 8, failed: 1 }), failures: [{ class: "environment", code: "SIM_NOT_RUNNING" }] },
    23,
    "the only failure was infrastructure",
  ],
  [
    "a setting that is missed after tests have passed",
    { errors: ["KuberaError: [SECRET_MISSING] no password"] },
    1,
    "an error outside any test",
  ],
  [
    "an error outside any test that quotes a code",
    { counts: counts({ notRun: 10 }), errors: ["Error: Command failed\n[SIM_NOT_RUNNING] no data centre answers"] },
    1,
    "an error outside any test",
  ],
  ["blocked tests alone", { counts: counts({ passed: 5, blocked: 5 }) }, 22, "tests were blocked, because the bed could not serve them"],
  [
    "an expired certificate",
    { counts: counts({ failed: 1 }), failures: [{ class: "infrastructure", code: "TLS_EXPIRED" }] },
    23,
    "the only failure was infrastructure",
  ],
  ["nothing selected", { counts: counts({ planned: 0 }), errors: ["Error: No tests found"] }, 3, "no test was selected"],
  [
    "nothing selected of a sharded suite",
    { counts: counts({ planned: 0 }), sharded: true, errors: ["Error: No tests found"] },
    3,
    "no test was selected",
  ],
  ["an empty shard", { counts: counts({ planned: 0 }), sharded: true }, 0, "this shard holds no test"],
  [
    "a spec that does not load",
    { counts: counts({ planned: 0 }), errors: ["SyntaxError: oops", "Error: No tests found"] },
    1,
    "an error outside any test",
  ],
  [
    "an unknown bed",
    { counts: counts({ notRun: 10 }), errors: ["[BED_UNKNOWN] no bed mars"] },
    2,
    "BED_UNKNOWN: a test bed that no file declares",
  ],
  [
    "a bed held by somebody",
    { counts: counts({ notRun: 10 }), errors: ["[LEASE_HELD] bed konvoy"] },
    21,
    "LEASE_HELD: the bed is held by somebody else",
  ],
  ["an error beside passing tests", { errors: ["Error: afterAll"] }, 1, "an error outside any test"],
  ["planned tests left over", { counts: counts({ passed: 9, notRun: 1 }) }, 1, "planned tests did not run"],
  [
    "interrupted, whatever else",
    { interrupted: true, counts: counts({ failed: 1 }), failures: [{ class: "product" }] },
    130,
    "interrupted before its end",
  ],
];

describe("the exit code", () => {
  test.each(rows)("of %s", (_title, ...[given, code, because]) => {
    expect(exitOf(parts(given))).toEqual({ code, because });
  });
});
