import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { evidenceSchema, factSchema } from "@kubera-e2e/schema/evidence";
import { readSettings, type Settings } from "@kubera-e2e/schema/settings";
import { startSim, type RunningSim } from "@kubera-e2e/sim";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { FileLeaseStore, startRunServer, type ProgressEvent } from "../src/index.ts";
import { fetchEvents, joinSlot, leaveSlot } from "../src/worker.ts";
import type { JoinRequest } from "../src/wire.ts";
import { failureOf } from "./failure-of.ts";
import { lineTo } from "./line-to.ts";

let sim: RunningSim;
let folder = "";
let settings: Settings;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kubera-run-"));
  sim = await startSim({ speed: 300, shared: false });
  settings = readSettings({ KUBERA_VALUES: sim.up.values, KUBERA_STORE: join(folder, "store") });
});
afterAll(async () => {
  await sim.close();
  rmSync(folder, { recursive: true, force: true });
});

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const start = async (run: string, onProgress: (event: ProgressEvent) => void = () => {}, over: Partial<Settings> = {}) => {
  const artifacts = join(folder, run);
  const server = await startRunServer({ bed: "sim", settings: { ...settings, ...over }, run, artifacts, onProgress });
  ends.push(() => server.close());
  return { server, artifacts, address: { KUBERA_RUN_URL: server.url, KUBERA_RUN_TOKEN: server.token } };
};

const request = (slot: number, over: Partial<JoinRequest> = {}): JoinRequest => ({
  slot,
  state: "bare",
  build: "1.12.0",
  disturbs: false,
  test: "TCID-1",
  ...over,
});

const leaseState = async (): Promise<string | undefined> => (await new FileLeaseStore(join(folder, "store")).read("sim"))?.state;

const markOf = (): unknown => JSON.parse(readFileSync(join(folder, "store", "beds", "sim.json"), "utf8"));

/** Logs are asked for anew within four seconds of a restore, and an API server that was restarted has forgotten its history. */
const isBlind = ({ collector }: { readonly collector: string }): boolean => !/^(logs|history) /.test(collector);

describe("a run on the simulated bed", () => {
  test("holds the bed from its first join to its end, restores it, and streams its events", async () => {
    const { server, artifacts, address } = await start("r1");
    expect(await leaseState()).toBeUndefined();
    const joined = await joinSlot(address, request(0, { state: "director" }));
    expect(await leaseState()).toBe("busy");
    expect(joined).toMatchObject({ bed: "sim", target: "sim", state: "director@1.12.0" });
    expect(joined.restoredMs).toBeGreaterThan(0);
    expect((await fetch(`${joined.director.url}/ping`)).status).toBe(200);
    const blind = async () => (await fetchEvents(address, { from: new Date(0) })).gaps.filter(isBlind);
    await expect.poll(blind, { interval: 100, timeout: 5000 }).toEqual([]);
    const { facts } = await fetchEvents(address, { from: new Date(0) });
    expect(new Set(facts.map(({ scope }) => scope.cluster))).toEqual(new Set(["server", "member"]));
    expect(facts.some(({ data, scope }) => data["reason"] === "Pulled" && scope.namespace === "kubera")).toBe(true);
    await leaveSlot(address, { slot: 0, dirty: false });
    expect((await joinSlot(address, request(0, { state: "director" }))).restoredMs).toBe(0);
    await server.close();
    expect(await leaseState()).toBe("free");
    const linesOf = (file: string): string[] =>
      readFileSync(join(artifacts, "evidence", "server", file), "utf8")
        .trimEnd()
        .split("\n");
    for (const file of ["events.ndjson", "pods.ndjson", "nodes.ndjson"])
      for (const line of linesOf(file)) expect(factSchema.parse(JSON.parse(line)).scope.cluster).toBe("server");
    expect(linesOf("events.ndjson").length).toBeGreaterThan(100);
    expect(linesOf("nodes.ndjson").join("\n")).toContain("bootID.before");
    const logs = readdirSync(join(artifacts, "evidence", "server", "logs", "kubera"), { recursive: true });
    expect(logs.filter((file) => String(file).endsWith(".ndjson")).length).toBeGreaterThan(10);
    expect(readdirSync(artifacts)).toContain("restore.json");
  }, 60_000);

  test("keeps a second run out, naming the first", async () => {
    const first = await start("r2");
    await joinSlot(first.address, request(0));
    const second = await start("r3");
    const failure = await failureOf(joinSlot(second.address, request(0)));
    expect(failure.code).toBe("LEASE_HELD");
    expect(failure.because).toContain("run r2");
    expect((await failureOf(joinSlot(second.address, request(1)))).code).toBe("BED_BROKEN");
    await second.server.close();
    expect(await leaseState()).toBe("busy");
  });

  test("stores what the clusters tell when a state cannot be reached, and gives the bed back broken", async () => {
    const { server, artifacts, address } = await start("r4");
    const failure = await failureOf(joinSlot(address, request(0, { state: "director", build: "9.9.9" })));
    expect(failure.code).toBe("RELEASE_UNKNOWN");
    const text = readFileSync(join(artifacts, "evidence", "bed-sim.json"), "utf8");
    const evidence = evidenceSchema.parse(JSON.parse(text));
    expect(evidence.error?.code).toBe("RELEASE_UNKNOWN");
    expect(evidence.gaps.filter(isBlind)).toEqual([]);
    expect(evidence.facts.filter(({ kind }) => kind === "kubernetes.node")).toHaveLength(10);
    expect(evidence.facts.filter(({ kind }) => kind === "machine")).toHaveLength(10);
    expect(evidence.facts.some(({ kind, data }) => kind === "restore.step" && data["phase"] === "revert")).toBe(true);
    const { secrets } = JSON.parse(readFileSync(sim.up.values, "utf8")) as { secrets: Record<string, { password: string }> };
    for (const { password } of Object.values(secrets)) expect(text).not.toContain(password);
    await server.close();
    expect(await leaseState()).toBe("broken");
  });

  test("ends in the middle of a restore: the bed is given back as broken, and the next run restores it", async () => {
    let begun = (): void => {};
    const restoring = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { server, address } = await start("r5", (event) => (event.phase === "revert" ? begun() : undefined));
    const waiting = joinSlot(address, request(0)).then(() => "it was joined", String);
    await restoring;
    await server.close();
    expect(await waiting).toContain("the run has ended");
    expect(await leaseState()).toBe("broken");
    expect(JSON.parse(readFileSync(join(folder, "store", "beds", "sim.json"), "utf8"))).toMatchObject({ state: "broken" });
    const next = await start("r6");
    expect((await joinSlot(next.address, request(0))).restoredMs).toBeGreaterThan(0);
  });

  test("keeps the bed when a worker dies, and restores it under its lease before it gives it back", async () => {
    const seen: (string | undefined)[] = [];
    let isEnding = false;
    const { server, address } = await start("r7", ({ phase, state }) => {
      if (isEnding && phase === "revert" && state === "started") void leaseState().then((lease) => seen.push(lease));
    });
    const worker = lineTo(address);
    worker.send({ token: server.token }, { id: 1, ask: "join", of: request(0) });
    await expect.poll(worker.told, { interval: 10, timeout: 30_000 }).toContain('"answer"');
    worker.destroy();
    expect(await leaseState()).toBe("busy");
    expect(markOf()).toMatchObject({ state: "dirty", because: "used by run r7", holds: "bare" });
    expect((await joinSlot(address, request(0))).state).toBe("bare");
    isEnding = true;
    await server.close();
    expect(seen).toEqual(["cleaning"]);
    expect(await leaseState()).toBe("free");
    expect(markOf()).toMatchObject({ state: "clean", holds: "bare" });
  });

  test("leaves the bed as it is, and says so, where KUBERA_RESET=never wants it", async () => {
    const { server, address } = await start("r8");
    await joinSlot(address, request(0));
    await server.close();
    const kept = await start("r9", undefined, { KUBERA_RESET: "never" });
    await joinSlot(kept.address, request(0));
    await kept.server.close();
    expect(await new FileLeaseStore(join(folder, "store")).read("sim")).toMatchObject({ state: "dirty", reason: "used by run r9" });
  });

  test("waits for a bed that somebody has before any test begins, and says who", async () => {
    const first = await start("r10", undefined, { KUBERA_CLEAN: "never" });
    await joinSlot(first.address, request(0));
    const told: (string | undefined)[] = [];
    const tell = ({ phase, because }: ProgressEvent): void => void (phase === "lease" && told.push(because));
    const late = await failureOf(start("r11", tell, { KUBERA_LEASE_WAIT: 300 }));
    expect(late.code).toBe("LEASE_HELD");
    expect(told.join()).toMatch(/^the bed sim is busy: .* since .*, until .*: run r10 \(waiting for 0 s at most\)$/);
    const waiting = start("r12", tell, { KUBERA_LEASE_WAIT: 60_000 });
    await first.server.close();
    await waiting;
    expect(await new FileLeaseStore(join(folder, "store")).read("sim")).toMatchObject({ state: "busy", reason: "run r12" });
  });
});
