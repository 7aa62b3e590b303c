import { setMaxListeners } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { expect, test } from "vitest";
import { PodLogs } from "../../src/recorder/pod-logs.ts";

const CONTAINERS = 60;
const START = "2026-11-24T10:00:00Z";

const podAt = (index: number): object => ({
  metadata: { namespace: "kubera", name: `pod-${index}`, uid: `u${index}`, creationTimestamp: "2026-11-24T10:01:00Z" },
  status: { containerStatuses: [{ name: "c", restartCount: 0, containerID: `c${index}`, state: { running: { startedAt: START } } }] },
});

/** A log that tells one line and goes on for ever without another. */
const endless = async function* (name: string, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`2026-11-24T10:01:01Z ${name} is here\n`);
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  throw new Error("left");
};

test("more endless logs than there are connections are all read within seconds", async () => {
  const folder = await mkdtemp(join(tmpdir(), "crowded-"));
  const clock = new FakeClock(Date.parse(START));
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  const opened = new Set<string>();
  let open = 0;
  let most = 0;
  const kube = {
    cluster: "server",
    follow: () => Promise.resolve(),
    followLogs: async ({ name }: { readonly name: string }, { signal }: { readonly signal: AbortSignal }) => {
      opened.add(name);
      open += 1;
      most = Math.max(most, open);
      signal.addEventListener("abort", () => (open -= 1), { once: true });
      return endless(name, signal);
    },
  };
  const where = { bed: "sim", cluster: "server" };
  const logs = new PodLogs({ where, kube, folder, root: "x", namespaces: ["kubera"], redactor: new Redactor(), clock, signal: end.signal });
  for (let index = 0; index < CONTAINERS; index += 1) logs.take("ADDED", podAt(index));
  await clock.advance(0);
  expect(opened.size).toBe(48);
  await clock.advance(5000);
  await clock.advance(0);
  expect(opened.size).toBe(CONTAINERS);
  expect(most).toBe(48);
  await clock.advance(20_000);
  end.abort();
  await logs.end();
  for (const index of [0, CONTAINERS - 1]) {
    const text = await readFile(join(folder, "logs", "kubera", `pod-${index}`, "c.ndjson"), "utf8");
    expect(text.match(/is here/g)).toHaveLength(1);
  }
  await rm(folder, { recursive: true });
});
