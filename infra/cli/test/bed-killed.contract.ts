import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTestBed, openBed, restoreSet, snapshotSet, type BedContext } from "@kubera-e2e/lifecycle";
import { collectSets, findSets, planGc } from "@kubera-e2e/lifecycle/sets";
import { openLeases } from "@kubera-e2e/run/leases";
import type { LeaseRecord } from "@kubera-e2e/schema/lease";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings } from "@kubera-e2e/schema/settings";
import { startSim, type RunningSim } from "@kubera-e2e/sim";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startE2e } from "./run-e2e.ts";

/** Slow enough that a kill meets what it is meant for. */
const SPEED = 40;

/** What stands on stderr when the process is killed. */
const POINTS = [
  { verb: "restore", at: /power off +\S+ +done/ },
  { verb: "restore", at: /revert +sim-\S+ +done/ },
  { verb: "restore", at: /power on workers +─+ started/ },
  { verb: "snapshot", at: /power off +\S+ +done/ },
  { verb: "snapshot", at: /snapshot +sim-\S+ +done/ },
  { verb: "snapshot", at: /power on +─+ started/ },
] as const;

describe("e2e bed, killed with SIGKILL", () => {
  let sim: RunningSim;
  let folder: string;

  beforeAll(async () => {
    sim = await startSim({ speed: SPEED, shared: false });
    folder = await mkdtemp(join(tmpdir(), "kubera-killed-"));
  });
  afterAll(async () => {
    await sim.close();
    await rm(folder, { recursive: true, force: true });
  });

  const environmentOf = (store: string) => ({ HOME: folder, KUBERA_STORE: join(folder, store), KUBERA_VALUES: sim.up.values });

  const leaseIn = async (store: string): Promise<LeaseRecord | undefined> => {
    const settings = readSettings(environmentOf(store));
    const { leases, close } = await openLeases(loadTestBed("sim", settings), { settings, redactor: new Redactor() });
    try {
      return await leases.read("sim");
    } finally {
      await close();
    }
  };

  /** Another computer: it shares no file with the one that was killed. */
  const elsewhere = async <T>(store: string, work: (context: BedContext) => Promise<T>): Promise<T> => {
    const settings = readSettings(environmentOf(store));
    const context = await openBed(loadTestBed("sim", settings), settings, { redactor: new Redactor() });
    try {
      return await work(context);
    } finally {
      await context.close();
    }
  };

  /** Each point begins on a bed with one set, or they would lie deeper and deeper. */
  const keepNewest = async (context: BedContext): Promise<void> => {
    const bed = { ...context.bed, sets: { ...context.bed.sets, keep: 1 } };
    const inspected = await context.machines.inspect(bed.clusters.flatMap((cluster) => cluster.vms.map(({ name }) => name)));
    const plan = planGc(bed, inspected, { nowMs: Date.now(), mark: undefined });
    await collectSets(context, plan, new AbortController().signal);
  };

  const setsOf = async ({ bed, machines }: BedContext): Promise<string[]> => {
    const vms = bed.clusters.flatMap((cluster) => cluster.vms.map(({ name }) => name));
    return findSets(bed, await machines.inspect(vms)).map(({ flaw }) => (flaw === undefined ? "whole" : "half"));
  };

  it.each(POINTS.map((point, index) => ({ ...point, index })))(
    "during $verb at $at: nothing is told to be clean, a whole set stays, and another computer does the same to its end",
    async ({ verb, at, index }) => {
      const store = `killed-${index}`;
      const running = startE2e(environmentOf(store), ["bed", verb, "sim", "--state", "bare", "--yes"]);
      await expect.poll(running.errorsSoFar, { interval: 5, timeout: 30_000 }).toMatch(at);
      running.child.kill("SIGKILL");
      expect((await running.said).code).toBeNull();
      const mark = JSON.parse(await readFile(join(folder, store, "beds", "sim.json"), "utf8")) as { state: string; because: string };
      expect(mark.state).toBe("broken");
      // On another computer there is no mark: there the lease alone tells.
      const lease = await leaseIn(store);
      expect([lease?.state, lease?.mixed]).toEqual(["busy", verb === "restore" ? mark.because : undefined]);
      await elsewhere(`other-${index}`, async (context) => {
        expect(await setsOf(context)).toContain("whole");
        if (verb === "snapshot") await snapshotSet(context, { state: "bare", powerOn: false });
        expect((await restoreSet(context, { state: "bare" })).outcome).toBe("restored");
        expect(new Set(await setsOf(context))).toEqual(new Set(["whole"]));
        await keepNewest(context);
      });
    },
    120_000,
  );
});
