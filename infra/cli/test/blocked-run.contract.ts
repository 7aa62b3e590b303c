import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, runE2e, startE2e, type Said } from "./run-e2e.ts";
import { openSimPlace, type SimPlace } from "./sim-place.ts";

/** After a failed test Playwright starts a new worker; that apart, each of the others is blocked within this time. */
const LIMIT_MS = 1000;
const RUNNING = /Running \d+ tests using 1 worker/;
const RESTORING = /bed: restore · power off done/;
const FAILED = / ✘ +1 \[api\]/;
const BLOCKED = / {2}- +\d+ \[api\]/g;

/** A site's own bed of the name sim, whose last worker is declared under a node name that its cluster never had. */
const declareSickBed = (folder: string): void => {
  const declared = readFileSync(join(ROOT, "infra", "testbeds", "sim.yaml"), "utf8");
  const sick = declared.replace("node: server-worker3", "node: server-worker9").replace("nodesReady: 60s", "nodesReady: 1s");
  mkdirSync(join(folder, "testbeds"), { recursive: true });
  writeFileSync(join(folder, "testbeds", "sim.yaml"), sick);
};

interface Timed extends Said {
  /** Until the first worker had loaded everything and its first test had asked for the bed; a new worker needs no less. */
  readonly workerStartMs: number;
  /** From the line of the failed test to that of the first that is blocked. */
  readonly firstBlockedMs: number;
  /** The longest time between the lines of two that are blocked. */
  readonly longestGapMs: number;
}

const timed = async (environment: Readonly<Record<string, string>>): Promise<Timed> => {
  const running = startE2e(environment, ["test"]);
  const at = { running: 0, restoring: 0, failed: 0, firstBlocked: 0, blocked: 0 };
  let longestGapMs = 0;
  let seen = 0;
  running.child.stdout?.on("data", () => {
    const out = running.outputSoFar();
    const now = performance.now();
    if (RUNNING.test(out)) at.running ||= now;
    if (FAILED.test(out)) at.failed ||= now;
    const blocked = out.match(BLOCKED)?.length ?? 0;
    if (blocked > seen && at.blocked > 0) longestGapMs = Math.max(longestGapMs, now - at.blocked);
    if (blocked > seen) at.blocked = now;
    if (blocked > 0) at.firstBlocked ||= now;
    seen = blocked;
  });
  running.child.stderr?.on("data", () => {
    if (RESTORING.test(running.errorsSoFar())) at.restoring ||= performance.now();
  });
  const said = await running.said;
  return { ...said, workerStartMs: at.restoring - at.running, firstBlockedMs: at.firstBlocked - at.failed, longestGapMs };
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

describe("a bed that cannot be restored", () => {
  let place: SimPlace;
  let environment: Record<string, string>;
  let said: Timed;

  beforeAll(async () => {
    place = await openSimPlace();
    const config = join(place.workplace.root, "config");
    declareSickBed(config);
    environment = { ...place.environment, KUBERA_CONFIG: config };
    said = await timed(environment);
  });
  afterAll(() => place.close());

  test("fails one test and blocks all others, with exit code 22", () => {
    expect(said.code, said.out + said.err).toBe(22);
    const { counts, tests, exit, errors } = place.outcome();
    expect(counts.planned).toBeGreaterThan(16);
    expect({ counts, errors }).toEqual({
      counts: { planned: counts.planned, passed: 0, failed: 1, skipped: 0, blocked: counts.planned - 1, notRun: 0 },
      errors: [],
    });
    expect(exit).toEqual({ code: 22, because: "the bed could not be set up" });
    const [first, ...others] = tests;
    expect(first).toMatchObject({
      status: "failed",
      because: "KuberaError: [RESTORE_FAILED] the bed sim could not be restored to bare: nodes ready",
    });
    expect(new Set(others.map(({ status, because }) => `${status}: ${because ?? ""}`))).toEqual(
      new Set([
        "blocked: the bed sim cannot be used any more in this run: [RESTORE_FAILED] the bed sim could not be restored to bare: nodes ready",
      ]),
    );
  });

  test("is told on the terminal, once and with its reason", () => {
    const { blocked, planned } = place.outcome().counts;
    for (const text of [
      "KuberaError: [RESTORE_FAILED] the bed sim could not be restored to bare: nodes ready where: server/server-worker9 because:",
      "[WAIT_DEADLINE] node server/server-worker9 is Ready with a new bootID did not come true within 1.0 s",
      `0 passed · 1 failed · ${blocked} blocked of ${planned} planned`,
      `${blocked} tests blocked: the bed sim cannot be used any more in this run: [RESTORE_FAILED] the bed sim could not be restored to bare`,
      "exit 22: the bed could not be set up",
    ])
      expect(oneLine(said.out)).toContain(text);
  });

  test("blocks each of the others within a second", () => {
    expect(said.workerStartMs).toBeGreaterThan(0);
    expect(said.firstBlockedMs).toBeGreaterThan(0);
    expect(said.firstBlockedMs).toBeLessThan(LIMIT_MS + said.workerStartMs);
    expect(said.longestGapMs).toBeGreaterThan(0);
    expect(said.longestGapMs).toBeLessThan(LIMIT_MS);
  });

  test("leaves the bed free and marked broken, with its reason", async () => {
    const status = await runE2e(environment, ["bed", "status", "sim", "--json"]);
    expect(JSON.parse(status.out)).toMatchObject({
      lease: { state: "broken", reason: "[RESTORE_FAILED] the bed sim could not be restored to bare: nodes ready" },
      mark: { state: "broken", because: expect.stringContaining("[RESTORE_FAILED]") as string },
    });
  });
});
