import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ContainerFollower } from "../../src/recorder/container-follower.ts";
import { LogFile } from "../../src/recorder/log-file.ts";
import { Turns } from "../../src/recorder/turns.ts";

const refused = (status: number): KuberaError =>
  new KuberaError("KUBE_REFUSED", {
    what: `the log was refused with ${status}`,
    where: "GET /log",
    because: "the server says so",
    fix: "Look at the pod.",
    cause: { status },
  });

test.each([
  ["is not there", refused(400), 1],
  ["is asked of a server that knows nobody yet", refused(401), 3],
  ["is asked of a server that knows nobody's rights yet", refused(403), 3],
  ["is of a pod that is gone", refused(404), 1],
  ["was asked for too often", refused(429), 3],
  ["comes from a kubelet that does not answer", refused(500), 3],
  ["breaks", new Error("ECONNRESET"), 3],
])("the log of a former run that %s is asked for as often as that helps", async (_name, error, times) => {
  const folder = await mkdtemp(join(tmpdir(), "former-"));
  const clock = new FakeClock(0);
  const end = new AbortController();
  let asked = 0;
  const kube = {
    cluster: "server",
    follow: () => Promise.resolve(),
    followLogs: ({ previous }: { readonly previous?: boolean }): Promise<AsyncIterable<Uint8Array>> => {
      if (previous !== true) return new Promise(() => {});
      asked += 1;
      return Promise.reject(error);
    },
  };
  const ref = { namespace: "kubera", name: "pod", container: "c" };
  const file = new LogFile({ path: join(folder, "c.ndjson"), redactor: new Redactor(), clock });
  const follower = new ContainerFollower({ ref, kube, file, clock, turns: new Turns(1), isAway: () => false });
  follower.update({ id: "c2", restarts: 1, isOver: false, before: "the one before ended: Error, exit code 1" });
  void follower.run(end.signal);
  for (let step = 0; step < 20; step += 1) await clock.advance(1000);
  expect(asked).toBe(times);
  end.abort();
  await rm(folder, { recursive: true });
});
