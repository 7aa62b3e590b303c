import type { SimUp } from "@kubera-e2e/schema/sim-up";
import { describe, expect, test } from "vitest";
import { E2E, startE2e, startProgram } from "./run-e2e.ts";
import { endOf, LIMIT_MS, workplaceOfTest, type Workplace } from "./workplace.ts";

/** A program that starts `e2e sim up` and then only waits, as a shell or a script does. */
const PARENT = `const { spawn } = await import("node:child_process");
spawn(process.argv[1], process.argv.slice(2), { stdio: "inherit" });
setInterval(() => {}, 1000);`;

const untilUp = async (workplace: Workplace): Promise<SimUp> => {
  await expect.poll(() => workplace.sims().length, { interval: 20, timeout: 20_000 }).toBe(1);
  const [sim] = workplace.sims();
  expect(sim).toBeDefined();
  return sim as SimUp;
};

describe("e2e sim up", () => {
  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("is gone with its folder after %s", async (signal) => {
    const workplace = workplaceOfTest();
    const running = startE2e(workplace.environment, ["sim", "up"]);
    const sim = await untilUp(workplace);
    running.child.kill(signal);
    expect(await endOf(sim.pid)).toBeLessThan(LIMIT_MS);
    expect(await running.said).toMatchObject({ code: 0 });
    expect(workplace.simFolders()).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("is gone with its folder when its parent is ended by %s", async (signal) => {
    const workplace = workplaceOfTest();
    const parent = startProgram([process.execPath, "--input-type=module", "-e", PARENT, ...E2E, "sim", "up"], workplace);
    const sim = await untilUp(workplace);
    expect(sim.pid).not.toBe(parent.child.pid);
    parent.child.kill(signal);
    expect(await endOf(sim.pid)).toBeLessThan(LIMIT_MS);
    expect(workplace.simFolders()).toEqual([]);
  });
});

describe("e2e sim up, while it still starts", () => {
  const untilFolder = (workplace: Workplace): Promise<void> =>
    expect.poll(() => workplace.simFolders().length, { interval: 2, timeout: 20_000 }).toBe(1);

  test.each([["SIGTERM"], ["SIGINT", "SIGINT"]] as const)(
    "is gone with its folder after %s, and has announced nothing",
    async (...signals) => {
      const workplace = workplaceOfTest();
      const running = startE2e(workplace.environment, ["sim", "up", "--json"]);
      await untilFolder(workplace);
      for (const signal of signals) running.child.kill(signal);
      expect(await running.said).toMatchObject({ code: 0, out: "" });
      expect(workplace.simFolders()).toEqual([]);
    },
  );

  test("is gone with its folder when its parent was ended meanwhile", async () => {
    const workplace = workplaceOfTest();
    const parent = startProgram([process.execPath, "--input-type=module", "-e", PARENT, ...E2E, "sim", "up"], workplace);
    await untilFolder(workplace);
    parent.child.kill("SIGKILL");
    await expect.poll(() => workplace.simFolders(), { interval: 20, timeout: 20_000 }).toEqual([]);
  });
});

describe("a sim that was killed", () => {
  test("leaves a folder that the next start sweeps", async () => {
    const workplace = workplaceOfTest();
    const first = startE2e(workplace.environment, ["sim", "up"]);
    await expect.poll(() => workplace.sims().length, { interval: 20, timeout: 20_000 }).toBe(1);
    const [dead] = workplace.sims();
    first.child.kill("SIGKILL");
    await first.said;
    expect(workplace.simFolders()).toEqual([dead?.folder]);
    const second = startProgram([...E2E, "sim", "up", "--json"], { environment: workplace.environment });
    await expect.poll(second.outputSoFar, { interval: 20, timeout: 20_000 }).toContain("}");
    expect(workplace.simFolders()).not.toContain(dead?.folder);
    second.child.kill("SIGTERM");
    expect(await second.said).toMatchObject({ code: 0 });
    expect(workplace.simFolders()).toEqual([]);
  });
});
