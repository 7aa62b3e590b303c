import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { watchParents } from "../../src/control/parent-watch.ts";

const sleeper = () => spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });

test.each(["SIGTERM", "SIGKILL"] as const)("notices within two seconds that a process was ended by %s", async (signal) => {
  const [first, second] = [sleeper(), sleeper()];
  try {
    const gone = new Promise<number>((resolve) => watchParents([first.pid ?? 0, second.pid ?? 0], resolve));
    second.kill(signal);
    const startedMs = performance.now();
    expect(await gone).toBe(second.pid);
    expect(performance.now() - startedMs).toBeLessThan(2000);
  } finally {
    first.kill("SIGKILL");
  }
});

test("says nothing after it was stopped", async () => {
  const child = sleeper();
  const onGone = vi.fn<(pid: number) => void>();
  const stop = watchParents([child.pid ?? 0], onGone);
  const noticed = new Promise<number>((resolve) => watchParents([child.pid ?? 0], resolve));
  stop();
  child.kill("SIGKILL");
  expect(await noticed, "another watcher of the same process").toBe(child.pid);
  expect(onGone).not.toHaveBeenCalled();
});

test("takes a pid that nobody has for gone", async () => {
  const child = sleeper();
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(await new Promise((resolve) => watchParents([child.pid ?? 0], resolve))).toBe(child.pid);
});
