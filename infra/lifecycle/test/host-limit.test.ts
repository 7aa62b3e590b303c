import { FakeClock } from "@kubera-e2e/schema/clock";
import { expect, test } from "vitest";
import { HostLimit } from "../src/host-limit.ts";

test("runs at most its limit per host, in order, and lets hosts not wait for each other", async () => {
  const clock = new FakeClock();
  const limit = new HostLimit(2);
  const started: string[] = [];
  const job = (host: string, name: string): Promise<void> =>
    limit.run(host, async () => {
      started.push(name);
      await clock.sleep(1000);
    });
  const all = Promise.all([job("x", "x1"), job("x", "x2"), job("x", "x3"), job("y", "y1"), job("x", "x4")]);
  await clock.advance(0);
  expect(started).toEqual(["x1", "x2", "y1"]);
  await clock.advance(1000);
  expect(started).toEqual(["x1", "x2", "y1", "x3", "x4"]);
  await clock.advance(1000);
  await all;
});

test("frees the place of a job that fails", async () => {
  const limit = new HostLimit(1);
  const failing = limit.run("x", () => Promise.reject(new Error("broken")));
  const next = limit.run("x", () => Promise.resolve("served"));
  await expect(failing).rejects.toThrow("broken");
  expect(await next).toBe("served");
});
