import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startVcsim } from "@kubera-e2e/peers";

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("ends vcsim when it is stopped", async () => {
  const peer = await startVcsim({ mode: "esx", vms: ["a"] });
  expect(isAlive(peer.pid)).toBe(true);
  await peer.stop();
  await peer.stop();
  expect(isAlive(peer.pid)).toBe(false);
});

test("ends vcsim with a parent that is killed", async () => {
  const script = `
    const { startVcsim } = await import("@kubera-e2e/peers");
    const peer = await startVcsim({ mode: "vcenter", vms: ["a"] });
    process.stdout.write(String(peer.pid), () => process.kill(process.pid, "SIGKILL"));`;
  const run = promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
    cwd: join(import.meta.dirname, ".."),
  });
  const pid = await run.then(
    ({ stdout }) => Number(stdout),
    (error: { stdout: string }) => Number(error.stdout),
  );
  expect(pid).toBeGreaterThan(1);
  await expect.poll(() => isAlive(pid), { interval: 20, timeout: 2000 }).toBe(false);
});
