import { FakeClock } from "@kubera-e2e/schema/clock";
import { expect, test } from "vitest";
import { askedAgain } from "../src/asked-again.ts";

const EVERY_MS = 2000;

/** A server that answers in parts, each so long after the one before it, and then is silent or done. */
const answer = async (partsMs: readonly number[], end: "done" | "silent") => {
  const clock = new FakeClock();
  const silent: number[] = [];
  const stop = new AbortController();
  let asked = 0;
  const ask = async (signal: AbortSignal, heard: () => void): Promise<string> => {
    asked += 1;
    for (const ms of partsMs) {
      await clock.sleep(ms, signal);
      heard();
    }
    if (end === "silent") await clock.sleep(3_600_000, signal);
    return "whole";
  };
  const result = askedAgain({ ask, everyMs: EVERY_MS, clock, signal: stop.signal, onSilence: (ms) => silent.push(ms) }).catch(
    () => "ended",
  );
  for (let ms = 0; ms < 10_000; ms += 500) await clock.advance(500);
  stop.abort();
  return { result: await result, asked, silent };
};

test.each([
  { title: "soon", partsMs: [500], expected: { asked: 1, silent: [] } },
  { title: "part by part, and not soon", partsMs: [1500, 1500, 1500, 1500], expected: { asked: 1, silent: [] } },
  { title: "late", partsMs: [4500], expected: { asked: 3, silent: [2000, 4000] } },
])("a server that answers $title", async ({ partsMs, expected }) => {
  expect(await answer(partsMs, "done")).toEqual({ result: "whole", ...expected });
});

test("a server that falls silent after a part of its answer is silent from then on", async () => {
  const { silent, result } = await answer([1500], "silent");
  expect(result).toBe("ended");
  // Its second answer, asked for at 3500 ms, begins at 5000.
  expect(silent.slice(0, 2)).toEqual([2000, 2000]);
});
