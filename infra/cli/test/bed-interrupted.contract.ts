import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSim, type RunningSim } from "@kubera-e2e/sim";
import { runE2e, startE2e } from "./run-e2e.ts";

/** Slow enough that a signal meets a restore under way. */
const SPEED = 10;

describe("e2e bed, ended by a signal", () => {
  let sim: RunningSim;
  let folder: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    sim = await startSim({ speed: SPEED, shared: false });
    folder = await mkdtemp(join(tmpdir(), "kubera-bed-"));
    environment = { HOME: folder, KUBERA_STORE: join(folder, "store"), KUBERA_VALUES: sim.up.values };
  });
  afterAll(async () => {
    await sim.close();
    await rm(folder, { recursive: true, force: true });
  });

  const status = async (): Promise<unknown> => JSON.parse((await runE2e(environment, ["bed", "status", "sim", "--json"])).out);

  it.each([
    { verb: "restore", state: "bare", signal: "SIGINT", told: "restore bare" },
    { verb: "snapshot", state: "bare", signal: "SIGTERM", told: "snapshot bare" },
  ] as const)("leaves the bed free and marked broken after a $verb", async ({ verb, state, signal, told }) => {
    // Of what the case before has left no set would be taken.
    if (verb === "snapshot") await runE2e(environment, ["bed", "restore", "sim", "--state", "bare", "--yes"]);
    const running = startE2e(environment, ["bed", verb, "sim", "--state", state, "--yes"]);
    await expect.poll(running.errorsSoFar, { interval: 20, timeout: 10_000 }).toMatch(/power off +\S+ +started/);
    running.child.kill(signal);
    const said = await running.said;
    expect([said.code, said.out]).toEqual([130, ""]);
    expect(said.err).toContain(
      [
        `[INTERRUPTED] ${told} of the bed sim was interrupted`,
        `  where:   ${signal}`,
        "  because: a signal ended it before its end",
        "  fix:     The bed is marked as it was left (e2e bed status); the same command again goes on or begins anew, however far this came.\n",
      ].join("\n"),
    );
    expect(await status()).toMatchObject({
      lease: { state: "broken" },
      mark: { state: "broken", because: expect.stringContaining("[INTERRUPTED]") as string },
      vms: sim.up.clusters.flatMap(({ name }) => Array.from({ length: name === "server" ? 4 : 6 }, () => ({ sets: ["bare"] }))),
    });
  });

  it("takes no set of what a restore has left", async () => {
    await runE2e(environment, ["bed", "restore", "sim", "--state", "bare", "--yes"]);
    const running = startE2e(environment, ["bed", "restore", "sim", "--state", "bare", "--yes"]);
    await expect.poll(running.errorsSoFar, { interval: 20, timeout: 10_000 }).toMatch(/power off +\S+ +started/);
    running.child.kill("SIGINT");
    await running.said;
    const refused = await runE2e(environment, ["bed", "snapshot", "sim", "--state", "bare", "--yes"]);
    expect([refused.code, refused.out]).toEqual([22, ""]);
    expect(refused.err).toContain("[SET_REFUSED] no set is taken of the bed sim, which is broken");
  });

  it("takes one all the same of who says that all VMs stand at one time, and the bed is broken no longer", async () => {
    const taken = await runE2e(environment, ["bed", "snapshot", "sim", "--state", "bare", "--as-is", "--yes"]);
    expect(taken.code, taken.err).toBe(0);
    expect(taken.out).toMatch(/^sim holds the set \d{8}T\d{6}Z for bare: 10 VMs, without memory\n$/);
    expect(await status()).toMatchObject({ lease: { state: "dirty" }, mark: { state: "dirty", holds: "bare" } });
  });

  it("ends in order when nobody reads what it tells", async () => {
    const running = startE2e(environment, ["bed", "restore", "sim", "--state", "bare", "--yes"]);
    await expect.poll(running.errorsSoFar, { interval: 20, timeout: 10_000 }).toMatch(/power off +\S+ +started/);
    running.child.stderr?.destroy();
    expect((await running.said).code).toBe(0);
    expect(await status()).toMatchObject({ lease: { state: "free" }, mark: { state: "clean", holds: "bare" } });
  });

  it("restores it from its beginning afterwards", async () => {
    const restored = await runE2e(environment, ["bed", "restore", "sim", "--state", "bare", "--yes", "--json"]);
    expect(restored.code, restored.err).toBe(0);
    expect(JSON.parse(restored.out)).toMatchObject({ outcome: "restored", state: "bare" });
    expect(await status()).toMatchObject({ lease: { state: "free" }, mark: { state: "clean", holds: "bare" } });
  });
});
