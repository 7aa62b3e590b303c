import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readSettings } from "@kubera-e2e/schema/settings";
import { startSim } from "@kubera-e2e/sim";
import { expect, test } from "vitest";
import { startRunServer } from "../src/index.ts";
import { joinSlot } from "../src/worker.ts";

const SPEED = 300;
const HOUR_MS = 3_600_000;

const bytesBelow = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

test("a restore and an hour of a quiet cluster with Director cost less than 1 MB, logs included", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kubera-size-"));
  const sim = await startSim({ speed: SPEED, shared: false });
  const settings = readSettings({ KUBERA_VALUES: sim.up.values, KUBERA_STORE: join(folder, "store"), KUBERA_CLEAN: "never" });
  const server = await startRunServer({ bed: "sim", settings, run: "r1", artifacts: join(folder, "r1"), onProgress: () => {} });
  try {
    const address = { KUBERA_RUN_URL: server.url, KUBERA_RUN_TOKEN: server.token };
    await joinSlot(address, { slot: 0, state: "director", build: "1.12.0", disturbs: false, test: "TCID-1" });
    await pause(HOUR_MS / SPEED);
    for (const cluster of ["server", "member"]) {
      const bytes = bytesBelow(join(folder, "r1", "evidence", cluster));
      expect(bytes).toBeGreaterThan(10 * 1024);
      expect(bytes).toBeLessThan(1024 * 1024);
    }
  } finally {
    await server.close();
    await sim.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
