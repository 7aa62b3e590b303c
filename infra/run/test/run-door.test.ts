import { readFile } from "node:fs/promises";
import { systemClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { afterEach, describe, expect, test } from "vitest";
import { BedDesk, type HeldBed } from "../src/bed-desk.ts";
import { bedFence, fetchEvents, joinSlot, leaveSlot, setNodePower } from "../src/worker.ts";
import { RunDoor } from "../src/run-door.ts";
import type { JoinRequest } from "../src/wire.ts";
import { BED, FakeBed } from "./fake-bed.ts";
import { failureOf } from "./failure-of.ts";
import { lineTo } from "./line-to.ts";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const serve = async (openSession?: () => Promise<HeldBed>) => {
  const bed = new FakeBed();
  let opened = 0;
  const open = (): Promise<HeldBed> => {
    opened += 1;
    return openSession === undefined ? Promise.resolve(bed) : openSession();
  };
  const desk = new BedDesk({ bed: "lab", reset: "dirty", clock: systemClock, openSession: open });
  const door = new RunDoor(desk);
  const url = await door.listen();
  let ending: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    await desk.close();
    await door.close();
  };
  const close = (): Promise<void> => (ending ??= end());
  ends.push(close);
  return { bed, door, close, openings: () => opened, address: { KUBERA_RUN_URL: url, KUBERA_RUN_TOKEN: door.token } };
};

const join = (slot: number, over: Partial<JoinRequest> = {}): JoinRequest => ({
  slot,
  state: "director",
  build: "1.12.0",
  disturbs: false,
  test: "TCID-1 installs",
  ...over,
});

const until = (what: string, isSo: () => boolean): Promise<true> =>
  waitUntil({ what, deadlineMs: 5000, intervalMs: 5, probe: async () => (isSo() ? reached(true as const) : notYet("not so yet")) });

const broken = new KuberaError("RESTORE_FAILED", {
  what: "the bed lab could not be restored",
  where: "v1",
  because: "full",
  fix: "Make room.",
});

describe("a worker", () => {
  test("joins and is told all it needs to use the bed", async () => {
    const { address, bed } = await serve();
    const joined = await joinSlot(address, join(0));
    expect(joined).toEqual({
      bed: "lab",
      target: "sim",
      state: "director@1.12.0",
      build: "1.12.0",
      clusters: [{ name: "c1", role: "server", kubeconfig: "/c1.yaml", nodes: ["n1"] }],
      director: { url: "http://director.lab", namespace: "kubera", username: "Administrator", password: "p" },
      registry: { url: "https://registry.lab", trust: { pin: `sha256:${"ab".repeat(32)}` } },
      intervals: BED.intervals,
      restores: 1,
      restoredMs: expect.any(Number) as number,
      waitedMs: expect.any(Number) as number,
    });
    expect([bed.restored, bed.used]).toEqual([["director@1.12.0"], 1]);
  });

  test("that disturbs has a node's power switched by the run, and nobody else has", async () => {
    const { address, bed } = await serve();
    const power = { slot: 0, cluster: "c1", node: "n1", to: "off" } as const;
    const refusal = "power is for a test that disturbs the bed and has joined it";
    await expect(setNodePower(address, power)).rejects.toThrow(refusal);
    await joinSlot(address, join(0));
    await expect(setNodePower(address, power)).rejects.toThrow(refusal);
    await leaveSlot(address, { slot: 0, dirty: false });
    await joinSlot(address, join(0, { disturbs: true }));
    await setNodePower(address, power);
    await setNodePower(address, { ...power, to: "on" });
    await expect(setNodePower(address, { ...power, node: "n9" })).rejects.toThrow(/no node n9 in a cluster c1/);
    expect(bed.power).toEqual(["v1 off", "v1 on"]);
  });

  test("does not open the bed before it is needed, and opens it once", async () => {
    const { address, openings } = await serve();
    expect(openings()).toBe(0);
    await Promise.all([joinSlot(address, join(0)), joinSlot(address, join(1)), joinSlot(address, join(2))]);
    expect(openings()).toBe(1);
  });

  test("leaves, and says whether the bed must be restored", async () => {
    const { address, bed } = await serve();
    await joinSlot(address, join(0));
    await leaveSlot(address, { slot: 0, dirty: false });
    await joinSlot(address, join(0));
    await leaveSlot(address, { slot: 0, dirty: true });
    await joinSlot(address, join(0));
    expect(bed.restored).toHaveLength(2);
  });

  test("waits for a state until those of another have left", async () => {
    const { address, bed } = await serve();
    await joinSlot(address, join(0));
    const waiting = joinSlot(address, join(1, { state: "bare" }));
    await leaveSlot(address, { slot: 0, dirty: false });
    expect((await waiting).state).toBe("bare");
    expect(bed.restored).toEqual(["director@1.12.0", "bare@1.12.0"]);
  });

  test("stops waiting when its test is cancelled", async () => {
    const { address, bed } = await serve();
    await joinSlot(address, join(0));
    const cancel = new AbortController();
    const waiting = joinSlot(address, join(1, { state: "bare" }), cancel.signal);
    cancel.abort(new Error("the test has timed out"));
    await expect(waiting).rejects.toThrow("the test has timed out");
    await leaveSlot(address, { slot: 0, dirty: false });
    await joinSlot(address, join(0));
    expect(bed.restored).toEqual(["director@1.12.0"]);
  });

  test("that dies without a word gives its slot free", async () => {
    const { address } = await serve();
    const dying = lineTo(address);
    dying.send({ token: address.KUBERA_RUN_TOKEN }, { id: 1, ask: "join", of: join(0) });
    await until("the worker has joined", () => dying.told().includes("\n"));
    const waiting = joinSlot(address, join(1, { state: "bare" }));
    dying.destroy();
    expect((await waiting).state).toBe("bare");
  });

  test("reads the run's events of a window", async () => {
    const { address, bed } = await serve();
    const before = await fetchEvents(address, { from: new Date(0) });
    expect(before.gaps).toEqual([{ collector: "events", because: "no test has joined the bed yet" }]);
    await joinSlot(address, join(0));
    const window = { from: new Date("2026-01-01T00:00:00Z"), to: new Date("2026-01-01T01:00:00Z") };
    expect(await fetchEvents(address, window)).toEqual({ facts: [], gaps: [{ collector: "events c1", because: "nothing was read yet" }] });
    expect(bed.asked).toEqual([[window.from, window.to]]);
  });
});

describe("a bed that is lost", () => {
  const lost = new KuberaError("LEASE_LOST", { what: "the lease of lab was not renewed", where: "x", because: "y", fix: "z" });
  const reasonOf = async (signal: AbortSignal): Promise<unknown> => {
    await until("the worker has heard", () => signal.aborted);
    return signal.reason;
  };

  test("is told to every worker at once, and ends what it writes", async () => {
    const { address, door } = await serve();
    await joinSlot(address, join(0));
    const { signal } = bedFence(address);
    expect(signal.aborted).toBe(false);
    door.tellLost(lost);
    expect(await reasonOf(signal)).toMatchObject({ code: "LEASE_LOST", what: lost.what });
  });

  test("is known from a run that has stopped telling, when the lease must be over", async () => {
    const { address, door } = await serve();
    door.tellHeld({ leftMs: 60_000, wallMs: Date.now() + 60_000 });
    await joinSlot(address, join(0));
    const { signal } = bedFence(address);
    await systemClock.sleep(1100);
    expect(signal.aborted).toBe(false);
    door.tellHeld({ leftMs: 1, wallMs: Date.now() + 60_000 });
    expect(await reasonOf(signal)).toMatchObject({ code: "LEASE_LOST", because: "it was stopped or hangs, and the lease may be over" });
  });

  test("is not feared by a worker that was too busy to hear that it is held on", async () => {
    const { address, door } = await serve();
    door.tellHeld({ leftMs: 60_000, wallMs: Date.now() + 60_000 });
    await joinSlot(address, join(0));
    const { signal } = bedFence(address);
    door.tellHeld({ leftMs: 500, wallMs: Date.now() + 60_000 });
    await joinSlot(address, join(1));
    door.tellHeld({ leftMs: 60_000, wallMs: Date.now() + 60_000 });
    // Longer than what is left, and than the pause between two looks.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1100);
    await joinSlot(address, join(2));
    expect(signal.aborted).toBe(false);
  });

  test.each([
    ["in a timer", () => systemClock.sleep(1)],
    ["after a file was read", () => readFile(import.meta.filename)],
  ])("is not feared right before a write by a worker that was busy %s while it was told that it is held on", async (_where, before) => {
    const { address, door } = await serve();
    door.tellHeld({ leftMs: 200, wallMs: Date.now() + 60_000 });
    await joinSlot(address, join(0));
    const fence = bedFence(address);
    await before();
    door.tellHeld({ leftMs: 60_000, wallMs: Date.now() + 60_000 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    await expect(fence.check()).resolves.toBeUndefined();
  });

  test("is heard right before a write by a worker that stood still past the end", async () => {
    const { address, door } = await serve();
    door.tellHeld({ leftMs: 60_000, wallMs: Date.now() + 60_000 });
    await joinSlot(address, join(0));
    const fence = bedFence(address);
    await fence.check();
    door.tellHeld({ leftMs: 200, wallMs: Date.now() + 60_000 });
    await joinSlot(address, join(1));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250);
    await expect(fence.check()).rejects.toMatchObject({ code: "LEASE_LOST" });
  });

  test("is known from the end of the run alone, which nobody may outlive", async () => {
    const { address, close } = await serve();
    await joinSlot(address, join(0));
    const { signal } = bedFence(address);
    await close();
    expect(await reasonOf(signal)).toMatchObject({ code: "INTERNAL", because: "the run has ended" });
  });
});

describe("a bed that fails", () => {
  test("is told with its own error once, and as broken to every later one within a second", async () => {
    const { address, bed, close } = await serve();
    bed.failure = broken;
    const first = await failureOf(joinSlot(address, join(0)));
    expect([first.code, first.what, first.fix]).toEqual(["RESTORE_FAILED", "the bed lab could not be restored", "Make room."]);
    const startMs = performance.now();
    const later = await Promise.all(Array.from({ length: 50 }, (_, slot) => failureOf(joinSlot(address, join(slot)))));
    expect(performance.now() - startMs).toBeLessThan(1000);
    expect(new Set(later.map(({ code }) => code))).toEqual(new Set(["BED_BROKEN"]));
    expect(later[0]?.because).toBe("[RESTORE_FAILED] the bed lab could not be restored");
    expect(bed.restored).toHaveLength(1);
    await close();
    expect(bed.closed).toEqual(["[RESTORE_FAILED] the bed lab could not be restored"]);
  });

  test("is told in the same way when it cannot even be opened", async () => {
    const held = new KuberaError("LEASE_HELD", { what: "the bed lab is held by bob", where: "x", because: "y", fix: "z" });
    const { address, openings } = await serve(() => Promise.reject(held));
    const failures = await Promise.all([0, 1, 2].map((slot) => failureOf(joinSlot(address, join(slot)))));
    expect(failures.map(({ code }) => code).toSorted()).toEqual(["BED_BROKEN", "BED_BROKEN", "LEASE_HELD"]);
    expect((await failureOf(joinSlot(address, join(3)))).code).toBe("BED_BROKEN");
    expect(openings()).toBe(1);
  });

  test("does not keep a slot whose worker could not be told of it", async () => {
    const { address, bed } = await serve();
    bed.secretFailure = new KuberaError("SECRET_MISSING", { what: "no secret", where: "x", because: "y", fix: "z" });
    expect((await failureOf(joinSlot(address, join(0)))).code).toBe("SECRET_MISSING");
    bed.secretFailure = undefined;
    expect((await joinSlot(address, join(1, { state: "bare" }))).state).toBe("bare");
  });
});

describe("the end of a run", () => {
  test("ends the restore under way, tells who waited for it, and closes the bed once", async () => {
    const { address, bed, close } = await serve();
    bed.isHanging = true;
    const waiting = failureOf(joinSlot(address, join(0)));
    await until("the restore has begun", () => bed.restored.length === 1);
    await Promise.all([close(), close()]);
    expect((await waiting).code).toBe("RESTORE_FAILED");
    expect(bed.closed).toEqual([undefined]);
  });

  test("closes nothing when no test ever joined", async () => {
    const { bed, close } = await serve();
    await close();
    expect(bed.closed).toEqual([]);
  });
});

describe("the door", () => {
  test("listens on loopback only", async () => {
    const { address } = await serve();
    expect(new URL(address.KUBERA_RUN_URL).hostname).toBe("127.0.0.1");
  });

  const WRONG_TOKEN = '{"refused":"the token of this run is missing or wrong"}\n';
  const question = (ask: string, of: unknown): string => JSON.stringify({ id: 1, ask, of });

  test.each([
    ["no token", "{}"],
    ["a wrong token", '{"token":"no"}'],
    ["a question in place of a token", question("join", join(0))],
    ["something else", "GET /join HTTP/1.1"],
  ])("hangs up on %s", async (_case, greeting) => {
    const { address, openings } = await serve();
    const line = lineTo(address);
    line.write(`${greeting}\n${question("join", join(0))}\n`);
    await line.ended;
    expect(line.told()).toBe(WRONG_TOKEN);
    expect(openings()).toBe(0);
  });

  test.each([
    ["half a value", "{"],
    ["no slot", question("join", {})],
    ["a slot that cannot be", question("join", join(-1))],
    ["an answer that is none", question("leave", { slot: 0, dirty: "yes" })],
    ["a day that is none", question("events", { from: "yesterday" })],
    ["an unknown question", question("steal", { slot: 0 })],
  ])("hangs up on %s, and says why", async (_case, malformed) => {
    const { address, openings } = await serve();
    const line = lineTo(address);
    line.write(`${JSON.stringify({ token: address.KUBERA_RUN_TOKEN })}\n${malformed}\n`);
    await line.ended;
    expect(line.told()).toContain("a question cannot be understood");
    expect(openings()).toBe(0);
  });

  test("hangs up on a line without an end", async () => {
    const { address } = await serve();
    const line = lineTo(address);
    line.write("x".repeat(1_100_000));
    await line.ended;
    expect(line.told()).toBe("");
  });

  test("refuses a worker with a wrong token with an error that says so", async () => {
    const { address } = await serve();
    const failure = await failureOf(joinSlot({ ...address, KUBERA_RUN_TOKEN: "no" }, join(0)));
    expect([failure.code, failure.because]).toEqual(["INTERNAL", "the token of this run is missing or wrong"]);
  });

  test("is missed with an error that names the way in", async () => {
    const failure = await failureOf((async () => joinSlot({ KUBERA_RUN_URL: undefined, KUBERA_RUN_TOKEN: undefined }, join(0)))());
    expect(failure.message).toBe(`[INTERNAL] this worker cannot reach the run that should hold its bed
  where:   KUBERA_RUN_URL and KUBERA_RUN_TOKEN
  because: they are not set
  fix:     Start tests with \`pnpm test\` or with this repository's playwright.config.ts, whose global set-up starts the run's server.`);
  });

  test("is missed when the run has ended", async () => {
    const { address, close } = await serve();
    await close();
    expect((await failureOf(joinSlot(address, join(0)))).because).toContain("ECONNREFUSED");
  });
});
