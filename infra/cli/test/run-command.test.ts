import { existsSync, readFileSync } from "node:fs";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterEach, expect, test, vi } from "vitest";
import { commandRunner } from "../src/run-command.ts";

afterEach(() => vi.unstubAllEnvs());

/** Prints its own process and one that it starts; neither ends when it is asked to. */
const STUBBORN = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);`;
const TWO = `${STUBBORN} const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(`${STUBBORN} console.log("up")`)}]);
child.stdout.once("data", () => console.log(process.pid, child.pid));`;
/** Leaves another process behind in a group of its own, which holds its output. */
const LEAVES = `require("node:child_process").spawn(process.execPath, ["-e", "console.log(process.pid); setInterval(() => {}, 1000)"], { detached: true, stdio: "inherit" }).unref();`;

const sh = async (script: string, environment: Readonly<Record<string, string>> = {}) => {
  const lines: string[] = [];
  const run = commandRunner(new Redactor(["s3cret-of-lab"]), (line) => lines.push(line));
  const failure = await run({ argv: ["sh", "-c", script], environment, signal: new AbortController().signal }).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  return { lines, failure };
};

/** A process that has ended and that nobody has asked about yet runs no more. */
const isAlive = (pid: number): boolean => {
  const status = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, "utf8") : "";
  return status !== "" && !/\) [ZX] /.test(status);
};

test("a command of a renewal gets what its step gives, and no secret of ours", async () => {
  vi.stubEnv("KUBERA_SECRET_VSPHERE_PASSWORD", "s3cret-of-lab");
  vi.stubEnv("GOVC_PASSWORD", "s3cret-of-lab");
  const { lines } = await sh("export -p", { BED: "lab" });
  const names = lines.flatMap((line) => /^export (BED|PATH|GOVC\w*|KUBERA\w*)=/.exec(line)?.[1] ?? []);
  expect(names.toSorted()).toEqual(["BED", "PATH"]);
});

test("what it says is masked, as it comes and when it fails", async () => {
  expect(await sh("echo password s3cret-of-lab; exit 3")).toEqual({
    lines: ["password «redacted»"],
    failure: "sh ended with 3\n           password «redacted»",
  });
});

test("one that is cancelled has ended with all that it started when that is told", async () => {
  const stop = new AbortController();
  const pids: number[] = [];
  const run = commandRunner(new Redactor(), (line) => {
    pids.push(...line.split(" ").map(Number));
    stop.abort(new Error("the lease is over"));
  });
  const argv = [process.execPath, "-e", TWO];
  await expect(run({ argv, environment: {}, signal: stop.signal })).rejects.toThrow("the lease is over");
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(isAlive(pid), String(pid)).toBe(false);
}, 20_000);

test("one that is cancelled is not waited for because of what has left its group and holds its output", async () => {
  const stop = new AbortController();
  let left = 0;
  const run = commandRunner(new Redactor(), (line) => {
    left = Number(line);
    stop.abort(new Error("the lease is over"));
  });
  const argv = [process.execPath, "-e", LEAVES];
  await expect(run({ argv, environment: {}, signal: stop.signal })).rejects.toThrow("the lease is over");
  expect(isAlive(left)).toBe(true);
  process.kill(left);
}, 20_000);
