import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FileLeaseStore } from "@kubera-e2e/run";
import { outcomeSchema } from "@kubera-e2e/schema/outcome";
import { describe, expect, test } from "vitest";
import { runE2e, startE2e } from "./run-e2e.ts";
import { endOf, workplaceOfTest } from "./workplace.ts";

const ONE_TEST = ["--project=api", "--grep", "the Administrator gets a token"];

describe("a run of the suite", () => {
  test("waits for a bed that a person holds, says who, and ends with 21 after the wait", async () => {
    const { root, artifacts, environment, runs } = workplaceOfTest();
    const store = join(root, "store");
    await new FileLeaseStore(store).acquire({ bed: "sim", holder: "ann@desk", ttlMs: 3_600_000, reason: "new disks", state: "held" });
    const said = await runE2e({ ...environment, KUBERA_STORE: store, KUBERA_LEASE_WAIT: "1s" }, ["test", ...ONE_TEST]);
    expect(said.err).toMatch(
      /bed: restore · lease note: the bed sim is held: ann@desk since .*, until .*: new disks \(waiting for 1 s at most\)/,
    );
    expect(said.code, said.out).toBe(21);
    expect(said.out).toContain("exit 21: LEASE_HELD: the bed is held by somebody else");
    const [run = ""] = runs();
    const outcome = outcomeSchema.parse(JSON.parse(readFileSync(join(artifacts, run, "outcome.json"), "utf8")));
    expect(outcome.exit.code).toBe(21);
  });

  test("gives the bed back in order when nobody reads what it tells", async () => {
    const { root, environment } = workplaceOfTest();
    const store = join(root, "store");
    const running = startE2e({ ...environment, KUBERA_STORE: store, KUBERA_CLEAN: "never" }, ["test", ...ONE_TEST]);
    await expect.poll(running.errorsSoFar, { interval: 50, timeout: 90_000 }).toMatch(/bed: restore/);
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    expect((await running.said).code).toBe(0);
    expect((await new FileLeaseStore(store).read("sim"))?.state).toBe("dirty");
  }, 150_000);

  test("cleans the bed it was on when it ends, unless it is told to end at once", async () => {
    const { root, environment, sims } = workplaceOfTest();
    const sim = startE2e({ ...environment, KUBERA_SIM_SPEED: "60" }, ["sim", "up"]);
    await expect.poll(() => sims().length, { interval: 50, timeout: 90_000 }).toBe(1);
    const store = join(root, "store");
    const running = startE2e({ ...environment, KUBERA_STORE: store }, ["test", ...ONE_TEST]);
    const lease = async (): Promise<string | undefined> => (await new FileLeaseStore(store).read("sim"))?.state;
    await expect.poll(lease, { interval: 50, timeout: 100_000 }).toBe("cleaning");
    expect(running.errorsSoFar()).toContain("bed: restore · clean note: restoring director@1.12.0 after run");
    running.child.kill("SIGINT");
    await endOf(running.child.pid ?? 0);
    expect((await running.said).code).not.toBe(0);
    // Nobody takes it before the lease is over, and whoever does restores it first.
    expect(await lease()).toBe("cleaning");
    const mark = JSON.parse(readFileSync(join(store, "beds", "sim.json"), "utf8")) as { state: string };
    expect(["dirty", "broken"]).toContain(mark.state);
    const [up] = sims();
    sim.child.kill("SIGTERM");
    await sim.said;
    expect(existsSync(up?.values ?? "")).toBe(false);
  }, 150_000);
});
