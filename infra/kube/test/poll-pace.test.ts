import { FakeClock } from "@kubera-e2e/schema/clock";
import { expect, test } from "vitest";
import { PollPace } from "../src/poll-pace.ts";

const POLL_MS = 2000;

/** Seconds at which a kind is listed within a minute and a half, whose watch tells something at the given seconds. */
const listsAt = async (
  heardAt: (second: number) => boolean,
  { isWell = true, calmPollMs = 0 }: { readonly isWell?: boolean; readonly calmPollMs?: number } = {},
): Promise<number[]> => {
  const clock = new FakeClock();
  const pace = new PollPace({ clock, pollMs: POLL_MS, calmPollMs });
  const lists: number[] = [];
  for (let second = 0; second <= 90; second += 1) {
    if (heardAt(second)) pace.heard();
    if (pace.leftMs(isWell) <= 0) {
      lists.push(second);
      pace.listed();
      pace.asked();
    }
    await clock.advance(1000);
  }
  return lists;
};

const even = (from: number, to: number): number[] => Array.from({ length: (to - from) / 2 + 1 }, (_, index) => from + 2 * index);

test("a watch that says nothing is checked at every poll", async () => {
  expect(await listsAt(() => false)).toEqual(even(2, 90));
});

test("a watch that talks is checked once a minute", async () => {
  expect(await listsAt(() => true)).toEqual([60]);
});

test("one that falls silent is checked one poll after its last word", async () => {
  expect(await listsAt((second) => second <= 11)).toEqual([13, ...even(15, 89)]);
});

test("trouble is looked after at every poll, however much is told", async () => {
  expect(await listsAt(() => true, { isWell: false })).toEqual(even(2, 90));
});

test("what nobody waits on is listed at its calm pace", async () => {
  expect(await listsAt(() => false, { calmPollMs: 30_000 })).toEqual([30, 60, 90]);
});

test("a list that disagrees may be looked at again later only as long as no other is due", async () => {
  const clock = new FakeClock();
  const pace = new PollPace({ clock, pollMs: POLL_MS });
  pace.heard();
  const may: boolean[] = [];
  for (let look = 0; look < 3; look += 1) {
    await clock.advance(875);
    may.push(pace.isTalkingFor(250));
  }
  expect(may).toEqual([true, true, false]);
});
