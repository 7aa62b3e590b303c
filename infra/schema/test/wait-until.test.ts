import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FakeClock } from "../src/clock.ts";
import { never, notYet, type Observation, reached, waitUntil } from "../src/wait-until.ts";

let clock = new FakeClock();

beforeEach(() => {
  clock = new FakeClock();
});

const thrownBy = (waiting: Promise<unknown>): Promise<unknown> =>
  waiting.then(
    () => undefined,
    (error: unknown) => error,
  );

const messageOf = async (waiting: Promise<unknown>): Promise<string> => {
  const thrown = await thrownBy(waiting);
  return thrown instanceof Error ? thrown.message : "it did not fail";
};

const turning: Promise<void>[] = [];

afterEach(() => Promise.all(turning.splice(0)));

/** Turns the hands far enough for whatever is awaited. */
const letTimePass = (ms = 60_000): void => {
  turning.push(clock.advance(ms));
};

const after =
  <T>(ms: number, value: T, because = "it is early") =>
  (): Promise<Observation<T>> =>
    Promise.resolve(clock.monotonicMs() >= ms ? reached(value) : notYet(because));

test("answers the value of the first probe that reaches it, without waiting", async () => {
  await expect(waitUntil({ what: "x", probe: after(0, "there"), deadlineMs: 10_000, clock })).resolves.toBe("there");
  expect(clock.monotonicMs()).toBe(0);
});

test("probes at every interval, and four times in the first", async () => {
  const probes: number[] = [];
  const probe = (): Promise<Observation<number>> => {
    probes.push(clock.monotonicMs());
    return after(700, 42)();
  };
  const waiting = waitUntil({ what: "x", probe, deadlineMs: 10_000, intervalMs: 300, clock });
  letTimePass();
  await expect(waiting).resolves.toBe(42);
  expect(probes).toEqual([0, 75, 150, 225, 300, 600, 900]);
});

test("says at the deadline why, what it was told, and what it saw before", async () => {
  const probe = (): Promise<Observation<never>> => Promise.resolve(notYet(clock.monotonicMs() < 2000 ? "0 of 2 pods" : "1 of 2 pods"));
  const waiting = waitUntil({
    what: "Deployment kubera/maya-io is available",
    probe,
    deadlineMs: 5000,
    clock,
    explain: () => Promise.resolve("last event: BackOff"),
    fix: "Look.",
  });
  const failed = messageOf(waiting);
  letTimePass();
  expect(await failed).toContain(
    "[WAIT_DEADLINE] Deployment kubera/maya-io is available did not come true within 5.0 s\n  where:   Deployment kubera/maya-io is available\n  because: 1 of 2 pods\n           last event: BackOff\n           not yet, because 0 of 2 pods\n  fix:     Look.",
  );
});

test("tells the last five reasons before the one it ends with", async () => {
  const probe = (): Promise<Observation<never>> => Promise.resolve(notYet(`${Math.floor(clock.monotonicMs() / 1000)} pods`));
  const failed = messageOf(waitUntil({ what: "x", probe, deadlineMs: 9000, clock }));
  letTimePass();
  const told = [...(await failed).matchAll(/(?:because: |because )(\d) pods/g)].map(([, pods]) => pods);
  expect(told).toEqual(["9", "4", "5", "6", "7", "8"]);
});

test("ends at once when it can never come true", async () => {
  const waiting = waitUntil({ what: "the job ends", probe: () => Promise.resolve(never("the job failed")), deadlineMs: 5000, clock });
  await expect(waiting).rejects.toThrow(
    "[WAIT_TERMINAL] the job ends cannot come true within 0.0 s\n  where:   the job ends\n  because: the job failed\n  fix:     Read the reason above; raise the interval in the bed's file only when the reason is mere slowness.",
  );
});

describe("stability", () => {
  test("answers only when the value has stayed", async () => {
    const waiting = waitUntil({ what: "x", probe: after(1000, "up"), deadlineMs: 20_000, stableMs: 3000, intervalMs: 500, clock }).then(
      (value) => [value, clock.monotonicMs()],
    );
    letTimePass();
    await expect(waiting).resolves.toEqual(["up", 4000]);
  });

  test("begins anew when the value goes away", async () => {
    const flapping = (): Promise<Observation<string>> => {
      const ms = clock.monotonicMs();
      return Promise.resolve(ms >= 2000 && ms < 3000 ? notYet("it went away") : reached("up"));
    };
    const waiting = waitUntil({ what: "x", probe: flapping, deadlineMs: 20_000, stableMs: 2500, intervalMs: 500, clock }).then(() =>
      clock.monotonicMs(),
    );
    letTimePass();
    await expect(waiting).resolves.toBe(5500);
  });

  test("says at the deadline that it was there, but too short", async () => {
    const waiting = waitUntil({ what: "x", probe: after(4000, "up"), deadlineMs: 5000, stableMs: 3000, clock });
    const failed = messageOf(waiting);
    letTimePass();
    expect(await failed).toContain("because: it was there, but not for long enough\n           not yet, because it is early");
  });
});

test("probes as soon as the subscription wakes it, and unsubscribes", async () => {
  let wake = (): void => {};
  let subscribed = 0;
  let up = false;
  const waiting = waitUntil({
    what: "x",
    probe: () => Promise.resolve(up ? reached(clock.monotonicMs()) : notYet("down")),
    deadlineMs: 60_000,
    intervalMs: 30_000,
    clock,
    subscribe: (ring) => {
      wake = ring;
      subscribed += 1;
      return () => (subscribed -= 1);
    },
  });
  await clock.advance(100);
  up = true;
  wake();
  await expect(waiting).resolves.toBe(100);
  expect(subscribed).toBe(0);
});

test("does not let a probe that hangs keep it past the deadline", async () => {
  let aborted = false;
  const hang = (signal: AbortSignal): Promise<Observation<string>> => {
    signal.addEventListener("abort", () => (aborted = true));
    return new Promise(() => {});
  };
  const waiting = waitUntil({ what: "x", probe: hang, deadlineMs: 5000, clock });
  const failed = messageOf(waiting);
  letTimePass();
  expect(await failed).toContain("because: the last probe did not answer");
  expect(aborted).toBe(true);
});

test.each([
  {
    title: "tells the reason before when the deadline cuts a young probe off",
    deadlineMs: 900,
    because: "because: it is early\n  fix:",
  },
  {
    title: "tells of a probe that hangs",
    deadlineMs: 5000,
    because: "because: the last probe did not answer\n           not yet, because it is early",
  },
])("$title", async ({ deadlineMs, because }) => {
  let asked = 0;
  const probe = (): Promise<Observation<string>> => ((asked += 1) === 1 ? Promise.resolve(notYet("it is early")) : new Promise(() => {}));
  const failed = messageOf(waitUntil({ what: "x", probe, deadlineMs, clock }));
  letTimePass();
  expect(await failed).toContain(because);
});

test("ends with the signal's own reason when it is cancelled", async () => {
  const controller = new AbortController();
  const reason = new Error("Ctrl-C");
  const waiting = waitUntil({ what: "x", probe: after(Infinity, 0), deadlineMs: 60_000, clock, signal: controller.signal });
  const failed = thrownBy(waiting);
  await clock.advance(100);
  controller.abort(reason);
  expect(await failed).toBe(reason);
});

test("passes on at once what a probe throws", async () => {
  const broken = new Error("no such kind");
  await expect(waitUntil({ what: "x", probe: () => Promise.reject(broken), deadlineMs: 60_000, clock })).rejects.toBe(broken);
});

test("tells progress only when the reason changes", async () => {
  const told: [string, number][] = [];
  const probe = (): Promise<Observation<string>> => {
    const ms = clock.monotonicMs();
    return Promise.resolve(ms < 2000 ? notYet("pulling") : ms < 3000 ? notYet("starting") : reached("up"));
  };
  const waiting = waitUntil({ what: "x", probe, deadlineMs: 60_000, clock, onProgress: (because, ms) => told.push([because, ms]) });
  letTimePass();
  await waiting;
  expect(told).toEqual([
    ["pulling", 0],
    ["starting", 2000],
  ]);
});

test("fails all the same when its explanation fails", async () => {
  const explain = (): Promise<string> => Promise.reject(new Error("refused"));
  const waiting = waitUntil({ what: "x", probe: () => Promise.resolve(notYet("down")), deadlineMs: 0, clock, explain });
  await expect(waiting).rejects.toThrow("down\n           (no explanation: Error: refused)");
});
