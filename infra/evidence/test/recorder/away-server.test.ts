import { FakeClock } from "@kubera-e2e/schema/clock";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PodLogs } from "../../src/recorder/pod-logs.ts";

const START = "2026-11-24T10:00:00Z";

const pod = {
  metadata: { namespace: "kubera", name: "pod", uid: "u", creationTimestamp: START },
  status: { containerStatuses: [{ name: "c", restartCount: 0, containerID: "c1", state: { running: { startedAt: START } } }] },
};

test.each([
  { server: "is known to be away", isAway: true, refused: 4, atReturn: 1 },
  { server: "answers others", isAway: false, refused: 7, atReturn: 0 },
])("a log of a server that $server is asked for $refused times in 14 s", async ({ isAway, refused, atReturn }) => {
  const folder = await mkdtemp(join(tmpdir(), "away-"));
  const clock = new FakeClock(Date.parse(START));
  const end = new AbortController();
  let asked = 0;
  const kube = {
    cluster: "server",
    follow: () => Promise.resolve(),
    followLogs: (): Promise<AsyncIterable<Uint8Array>> => {
      asked += 1;
      return Promise.reject(new Error("ECONNREFUSED"));
    },
  };
  const where = { bed: "sim", cluster: "server" };
  const logs = new PodLogs({ where, kube, folder, root: "x", namespaces: ["kubera"], redactor: new Redactor(), clock, signal: end.signal });
  logs.take("ADDED", pod);
  await clock.advance(0);
  logs.setAway(isAway);
  for (let step = 0; step < 56; step += 1) await clock.advance(250);
  expect(asked).toBe(refused);
  logs.setAway(false);
  await clock.advance(0);
  await clock.advance(0);
  expect(asked).toBe(refused + atReturn);
  end.abort();
  await logs.end();
  await rm(folder, { recursive: true });
});
