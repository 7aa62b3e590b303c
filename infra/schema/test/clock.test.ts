import { describe, expect, test } from "vitest";
import { type Clock, FakeClock, systemClock } from "../src/clock.ts";

const START = Date.UTC(2026, 0, 1);

describe.each<[string, () => Clock]>([
  ["systemClock", () => systemClock],
  ["FakeClock", () => new FakeClock()],
])("%s", (_name, make) => {
  test("rejects a sleep whose signal is aborted already, with the signal's reason", async () => {
    const reason = new Error("cancelled");
    await expect(make().sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  test("rejects a sleep as soon as its signal aborts", async () => {
    const controller = new AbortController();
    const reason = new Error("cancelled");
    const sleep = make().sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleep).rejects.toBe(reason);
  });
});

test("sleeps on the computer's own clock, and leaves no listener on the signal", async () => {
  const { signal } = new AbortController();
  const before = systemClock.monotonicMs();
  await systemClock.sleep(15, signal);
  expect(systemClock.monotonicMs() - before).toBeGreaterThanOrEqual(10);
  expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
});

describe("FakeClock", () => {
  test("stands still until it is turned", async () => {
    const clock = new FakeClock();
    expect([clock.now(), clock.monotonicMs()]).toEqual([START, 0]);
    await clock.advance(1500);
    expect([clock.now(), clock.monotonicMs()]).toEqual([START + 1500, 1500]);
  });

  test("wakes sleepers in the order of their due time, each at its own time", async () => {
    const clock = new FakeClock();
    const woken: [string, number][] = [];
    const sleeper = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.monotonicMs()]);
    };
    const all = Promise.all([sleeper("late", 300), sleeper("early", 100), sleeper("between", 200)]);
    await clock.advance(300);
    await all;
    expect(woken).toEqual([
      ["early", 100],
      ["between", 200],
      ["late", 300],
    ]);
  });

  test("lets a sleeper sleep again on the way", async () => {
    const clock = new FakeClock();
    const beats: number[] = [];
    const beat = async (): Promise<void> => {
      for (let n = 0; n < 3; n++) {
        await clock.sleep(100);
        beats.push(clock.monotonicMs());
      }
    };
    const beating = beat();
    await clock.advance(1000);
    await beating;
    expect(beats).toEqual([100, 200, 300]);
  });

  test("does not wake who is due later", async () => {
    const clock = new FakeClock();
    let awake = false;
    const sleep = clock.sleep(101).then(() => (awake = true));
    await clock.advance(100);
    expect(awake).toBe(false);
    await clock.advance(1);
    await sleep;
    expect(awake).toBe(true);
  });
});
