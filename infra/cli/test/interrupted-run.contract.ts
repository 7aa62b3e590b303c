import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FileLeaseStore } from "@kubera-e2e/run";
import { outcomeSchema } from "@kubera-e2e/schema/outcome";
import type { SimUp } from "@kubera-e2e/schema/sim-up";
import { describe, expect, test } from "vitest";
import { ROOT, startE2e, startProgram, type RunningE2e } from "./run-e2e.ts";
import { childrenOf, commandOf, endOf, hasEnded, LIMIT_MS, workplaceOfTest, type Workplace } from "./workplace.ts";

const ONE_TEST = ["--project=api", "--grep", "the Administrator gets a token"];
const PLAYWRIGHT = [process.execPath, join(ROOT, "node_modules", "@playwright", "test", "cli.js"), "test", ...ONE_TEST];

/** How soon a run starts is no claim of these tests. */
const START_LIMIT_MS = 90_000;
const TEST_LIMIT_MS = 180_000;

const storeOf = ({ root }: Workplace): string => join(root, "store");

const environmentOf = (workplace: Workplace): Record<string, string> => ({
  ...workplace.environment,
  KUBERA_STORE: storeOf(workplace),
});

/** A run that has its simulated data centre and is about to bring the bed into its state. */
const untilRestoring = async (workplace: Workplace, running: RunningE2e): Promise<SimUp> => {
  await expect.poll(running.errorsSoFar, { interval: 20, timeout: START_LIMIT_MS }).toMatch(/bed: restore · power off done/);
  const [sim] = workplace.sims();
  expect(sim).toBeDefined();
  return sim as SimUp;
};

/** Everything that a process has started, and what that has. */
const descendantsOf = (pid: number): number[] => childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

/** Playwright, its worker and the sim; the run server lives in Playwright. */
const familyOf = (running: RunningE2e): number[] => {
  const family = descendantsOf(running.child.pid ?? 0);
  expect(family.length).toBeGreaterThanOrEqual(2);
  expect(family.some((pid) => commandOf(pid).includes("workerProcessEntry"))).toBe(true);
  return family;
};

const expectGivenBack = async (workplace: Workplace): Promise<void> => {
  const lease = await new FileLeaseStore(storeOf(workplace)).read("sim");
  expect(["free", "broken"]).toContain(lease?.state);
};

const playwrightOf = (running: RunningE2e): number => {
  const playwright = childrenOf(running.child.pid ?? 0).find((pid) => commandOf(pid).includes("@playwright/test/cli"));
  expect(playwright).toBeDefined();
  return playwright ?? 0;
};

describe("a run that is interrupted", { timeout: TEST_LIMIT_MS }, () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("by %s ends with 130 and gives the bed back", async (signal) => {
    const workplace = workplaceOfTest();
    const running = startE2e(environmentOf(workplace), ["test", ...ONE_TEST]);
    const sim = await untilRestoring(workplace, running);
    const family = familyOf(running);
    running.child.kill(signal);
    expect(await endOf(sim.pid)).toBeLessThan(LIMIT_MS);
    const { code, out } = await running.said;
    expect(code, out).toBe(130);
    expect(family.filter((pid) => !hasEnded(pid))).toEqual([]);
    expect(out).toContain("exit 130: interrupted before its end");
    expect(workplace.simFolders()).toEqual([]);
    await expectGivenBack(workplace);
    const [run = ""] = workplace.runs();
    const outcome = outcomeSchema.parse(JSON.parse(readFileSync(join(workplace.artifacts, run, "outcome.json"), "utf8")));
    expect(outcome).toMatchObject({ interrupted: true, counts: { planned: 1, notRun: 1 }, exit: { code: 130 } });
  });

  test("with its launcher killed leaves no Playwright, no sim and no lease behind", async () => {
    const workplace = workplaceOfTest();
    const running = startE2e(environmentOf(workplace), ["test", ...ONE_TEST]);
    const sim = await untilRestoring(workplace, running);
    const family = familyOf(running);
    running.child.kill("SIGKILL");
    expect(await endOf(sim.pid)).toBeLessThan(LIMIT_MS);
    for (const pid of family) await endOf(pid);
    expect(workplace.simFolders()).toEqual([]);
    await expectGivenBack(workplace);
  });

  test("with its launcher killed before anybody listens for that ends as well", async () => {
    const workplace = workplaceOfTest();
    const running = startE2e(environmentOf(workplace), ["test", ...ONE_TEST]);
    const hasBegun = (): boolean => childrenOf(running.child.pid ?? 0).some((pid) => commandOf(pid).includes("@playwright/test/cli"));
    await expect.poll(hasBegun, { interval: 5, timeout: START_LIMIT_MS }).toBe(true);
    const playwright = playwrightOf(running);
    running.child.kill("SIGKILL");
    // It has to load itself before it can notice.
    await expect.poll(() => hasEnded(playwright), { interval: 20, timeout: 40_000 }).toBe(true);
    await expect.poll(workplace.simFolders, { interval: 50, timeout: LIMIT_MS }).toEqual([]);
    expect(workplace.sims()).toEqual([]);
  });

  test("with Playwright killed leaves no sim behind, and the launcher says what happened", async () => {
    const workplace = workplaceOfTest();
    const running = startE2e(environmentOf(workplace), ["test", ...ONE_TEST]);
    const sim = await untilRestoring(workplace, running);
    const family = familyOf(running);
    process.kill(playwrightOf(running), "SIGKILL");
    expect(await endOf(sim.pid)).toBeLessThan(LIMIT_MS);
    const { code, err } = await running.said;
    for (const pid of family) await endOf(pid);
    const [run = ""] = workplace.runs();
    expect(err).toContain(
      [
        "[INTERRUPTED] Playwright was ended by SIGKILL before it could tell an outcome",
        `  where:   ${join(workplace.artifacts, run)}`,
        "  because: somebody killed it, or this computer ran out of memory",
        "  fix:     Run it again; a bed that it held is free 90 seconds later at the latest.\n",
      ].join("\n"),
    );
    expect(code).toBe(130);
    expect(workplace.simFolders()).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("by %s to plain Playwright gives the bed back as well", async (signal) => {
    const workplace = workplaceOfTest();
    const running = startProgram(PLAYWRIGHT, { environment: environmentOf(workplace) });
    const sim = await untilRestoring(workplace, running);
    running.child.kill(signal);
    expect(await endOf(sim.pid)).toBeLessThan(LIMIT_MS);
    expect((await running.said).code).toBe(130);
    expect(workplace.simFolders()).toEqual([]);
    await expectGivenBack(workplace);
  });
});
