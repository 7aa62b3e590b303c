import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { Turns } from "../../src/recorder/turns.ts";

test("a turn that was waited for leaves nothing behind at the signal of its run", async () => {
  const { signal } = new AbortController();
  const turns = new Turns(1);
  await turns.take(signal);
  const second = turns.take(signal);
  expect([turns.isCrowded, getEventListeners(signal, "abort").length]).toEqual([true, 1]);
  turns.give();
  await second;
  expect([turns.isCrowded, getEventListeners(signal, "abort").length]).toEqual([false, 0]);
});
