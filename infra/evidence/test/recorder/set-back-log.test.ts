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

const refused = new KuberaError("KUBE_REFUSED", {
  what: "the log of the former run was refused",
  where: "GET /log",
  because: "no such run is there",
  fix: "Look at the pod.",
  cause: { status: 400 },
});

const run = (id: string, restarts: number) => ({ id, restarts, isOver: false, before: "the one before ended: Unknown, exit code 255" });

test.each([
  { set: "is started anew at once", pauseMs: 3000, expected: ["present", "present"] },
  { set: "runs on for a while", pauseMs: 5000, expected: ["present", "present", "former", "present"] },
])("a container that was set back to an earlier run and $set is asked for $expected", async ({ pauseMs, expected }) => {
  const folder = await mkdtemp(join(tmpdir(), "set-back-"));
  const clock = new FakeClock(0);
  const end = new AbortController();
  const asked: string[] = [];
  const kube = {
    cluster: "server",
    follow: () => Promise.resolve(),
    followLogs: ({ previous }: { readonly previous?: boolean }, { signal }: { readonly signal?: AbortSignal } = {}) => {
      asked.push(previous === true ? "former" : "present");
      if (previous === true) return Promise.reject(refused);
      return new Promise<AsyncIterable<Uint8Array>>((_resolve, reject) =>
        signal?.addEventListener("abort", () => reject(new Error("left"))),
      );
    },
  };
  const ref = { namespace: "kubera", name: "pod", container: "c" };
  const file = new LogFile({ path: join(folder, "c.ndjson"), redactor: new Redactor(), clock });
  const follower = new ContainerFollower({ ref, kube, file, clock, turns: new Turns(1), isAway: () => false });
  const step = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 100) await clock.advance(100);
  };
  follower.update(run("after", 0));
  void follower.run(end.signal);
  await step(1000);
  follower.update(run("before", 0));
  await step(pauseMs);
  follower.update(run("anew", 1));
  await step(500);
  expect(asked).toEqual(expected);
  end.abort();
  await rm(folder, { recursive: true });
});
