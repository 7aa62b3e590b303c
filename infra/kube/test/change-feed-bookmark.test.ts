import { FakeClock } from "@kubera-e2e/schema/clock";
import { expect, test } from "vitest";
import { ChangeFeed } from "../src/change-feed.ts";
import type { WatchEvent } from "../src/watch-stream.ts";

const SECONDS = 60;
const form = (resourceVersion: string) => ({ apiVersion: "v1", kind: "Pod", metadata: { name: "a", uid: "u", resourceVersion } });

test("a form of an etcd that was set back is told although a bookmark came from below", async () => {
  const clock = new FakeClock();
  const stop = new AbortController();
  const told: string[] = [];
  const events: WatchEvent[] = [];
  let now = { form: "183", revision: "184" };
  const watch = async function* (signal: AbortSignal): AsyncGenerator<WatchEvent> {
    for (;;) {
      const event = events.shift();
      if (event !== undefined) yield event;
      else await clock.sleep(100, signal);
    }
  };
  const feed = new ChangeFeed({
    clock,
    checkMs: 30_000,
    settleMs: 1000,
    list: async () => ({ items: [form(now.form)], revision: now.revision }),
    open: async (_revision, signal) => watch(signal),
    listener: {
      onChange: (type, { metadata }) => told.push(`${type} ${metadata.name} of ${metadata.resourceVersion}`),
      onTrouble: () => {},
      onLoss: () => {},
    },
  });
  const running = feed.run(stop.signal);
  await clock.advance(5000);
  now = { form: "124", revision: "125" };
  events.push({ type: "BOOKMARK", revision: "125" });
  for (let second = 0; second < SECONDS; second += 1) await clock.advance(1000);
  stop.abort();
  await clock.advance(1000);
  await running;
  expect(told).toEqual(["ADDED a of 183", "MODIFIED a of 124"]);
});
