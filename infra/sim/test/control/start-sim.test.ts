import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { simUpSchema } from "@kubera-e2e/schema/sim-up";
import { expect, test } from "vitest";
import { findSharedSim } from "../../src/control/sim-folder.ts";
import { startSim } from "../../src/start-sim.ts";

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

test("publishes what clients need in a folder that only its user can read, and takes it away at its end", async () => {
  const sim = await startSim({ speed: 500, shared: false });
  try {
    const { folder, values, ca, clusters } = sim.up;
    expect(modeOf(folder)).toBe("700");
    for (const file of [
      values,
      ca,
      join(folder, "sim.json"),
      join(folder, "control-token"),
      ...clusters.map(({ kubeconfig }) => kubeconfig),
    ]) {
      expect(modeOf(file), file).toBe("600");
    }
    expect(simUpSchema.parse(JSON.parse(readFileSync(join(folder, "sim.json"), "utf8")))).toEqual(sim.up);
    const urls = [sim.up.vsphere, sim.up.registry, sim.up.director, sim.up.control, ...clusters].map(({ url }) => new URL(url).hostname);
    expect(new Set(urls)).toEqual(new Set(["127.0.0.1"]));
  } finally {
    await sim.close();
  }
  expect(existsSync(sim.up.folder)).toBe(false);
});

test("keeps its secrets out of what it prints", async () => {
  const sim = await startSim({ speed: 500, shared: false });
  try {
    const { secrets } = JSON.parse(readFileSync(sim.up.values, "utf8")) as { secrets: Record<string, { password: string }> };
    expect(Object.keys(secrets)).toEqual(["vsphere", "director-admin", "object-store"]);
    for (const { password } of Object.values(secrets)) expect(JSON.stringify(sim.up)).not.toContain(password);
  } finally {
    await sim.close();
  }
});

test("a private one is found by nobody", async () => {
  const sim = await startSim({ speed: 500, shared: false });
  try {
    expect(findSharedSim()?.folder).not.toBe(sim.up.folder);
  } finally {
    await sim.close();
  }
});

test("ends when a process that it watches is gone", async () => {
  const gone = 2 ** 22 + 1;
  const sim = await startSim({ speed: 500, shared: false, parents: [gone] });
  await sim.closed;
  expect(existsSync(sim.up.folder)).toBe(false);
});
