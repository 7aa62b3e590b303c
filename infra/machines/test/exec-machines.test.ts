import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExecMachines } from "@kubera-e2e/schema/bed-machines-exec";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openMachines, type Machines, type OpenMachinesOptions } from "../src/index.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-exec-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WHEN = "2026-11-24T05:10:47Z";
const INFO = { name: "a", power: "on", esxHost: "h", snapshots: [], consolidationNeeded: false };

/** A script of a few lines of sh and nothing else: the PATH of a test may hold no other programs. */
const script = (name: string, body: string): string => {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
};

const answering = (answer: unknown): string => `read -r _; printf '%s' '${JSON.stringify(answer)}'`;

type Given = Partial<Pick<ExecMachines, "timeLimit" | "environment" | "secrets" | "limitations">>;

/** A driver whose scripts all are this one. */
const driver = (file: string, given: Given = {}, options: Partial<OpenMachinesOptions> = {}): Machines => {
  const argv = [file];
  const scripts = { inspect: argv, power: argv, snapshot: argv, revert: argv, remove: argv };
  const bed = { driver: "exec" as const, scripts, environment: {}, secrets: [], timeLimit: 20_000, limitations: [], ...given };
  return openMachines(bed, { redactor: new Redactor(), ...options });
};

const linesOf = async (work: Promise<unknown>): Promise<string[]> => {
  try {
    await work;
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  throw new TypeError("it was not rejected");
};

test("says which script failed, on which VM, how, and its last words", async () => {
  const file = script("fails", "echo one >&2; echo 'no route to host' >&2; exit 7");
  expect(await linesOf(driver(file).powerOff("a"))).toEqual([
    '[SCRIPT_FAILED] the script power failed of VM "a"',
    `  where:   machines.scripts.power of VM "a": ${file}`,
    "  because: exit code 7: one",
    "           no route to host",
    "  fix:     Run the script by hand with the same JSON on stdin; docs/add-a-hypervisor.md shows how.",
  ]);
});

test("keeps the type of a fault that a script names", async () => {
  const file = script("typed", `echo '{"error":{"type":"NoDiskSpace","message":"datastore1 is full"}}'; exit 1`);
  expect(await linesOf(driver(file).snapshot("a", { name: "n", description: "" }))).toEqual([
    '[SCRIPT_FAILED] the script snapshot failed of VM "a"',
    `  where:   machines.scripts.snapshot of VM "a": ${file}`,
    '  because: NoDiskSpace on snapshot of VM "a": datastore1 is full',
    "  fix:     Free space on the datastore: delete old snapshots first.",
  ]);
});

test("keeps that type where others tell passing faults by it", async () => {
  const file = script("locked", `echo '{"error":{"type":"TaskInProgress","message":"busy"}}'; exit 1`);
  const error: unknown = await driver(file)
    .powerOff("a")
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "SCRIPT_FAILED", cause: { code: "TaskInProgress", message: "busy" } });
});

test("says that a script cannot be started", async () => {
  const file = join(folder, "missing");
  expect(await linesOf(driver(file).inspect(["a"]))).toEqual([
    "[SCRIPT_FAILED] the script inspect could not be started",
    `  where:   machines.scripts.inspect: ${file}`,
    `  because: spawn ${file} ENOENT`,
    "  fix:     Correct machines.scripts.inspect in the bed's file, and make the program executable; ./ starts at that file.",
  ]);
});

test.each([
  { title: "nothing", body: "read -r _; :", because: "stdout is not one JSON object: it is empty" },
  { title: "a sentence", body: "read -r _; echo done", because: "stdout is not one JSON object: done" },
  {
    title: "another shape",
    body: answering({ machines: [{ ...INFO, power: "up", extra: 1 }] }),
    because: `machines.0.power: Invalid option: expected one of "on"|"off"|"suspended"; machines.0: Unrecognized key: "extra"`,
  },
  {
    title: "a time that is none",
    body: answering({
      machines: [{ ...INFO, snapshots: [{ id: "s", name: "n", description: "", createdAt: "soon", depth: 1, withMemory: false }] }],
    }),
    because: "machines.0.snapshots.0.createdAt: is no time",
  },
  {
    title: "a tree without its parents",
    body: answering({
      machines: [
        {
          ...INFO,
          snapshots: [1, 2].map((depth) => ({ id: `s-${depth}`, name: "n", description: "", createdAt: WHEN, depth, withMemory: false })),
        },
      ],
    }),
    because: "machines.0.snapshots: s-2 is at depth 2, and its parentId names no snapshot before it that is one higher",
  },
])("refuses a script that answers $title", async ({ title, body, because }) => {
  const file = script(`says-${title.replaceAll(" ", "-")}`, body);
  expect(await linesOf(driver(file).inspect(["a"]))).toEqual([
    "[RESPONSE_INVALID] the script inspect did not answer as it must",
    `  where:   machines.scripts.inspect: ${file}`,
    `  because: ${because}`,
    "  fix:     Let it print one JSON object on stdout and all else on stderr; docs/add-a-hypervisor.md has the shapes.",
  ]);
});

test("gives each script its request as JSON", async () => {
  const seen = join(folder, "seen");
  const file = script("remembers", `read -r line; printf '%s' "$line" > '${seen}'; echo '{"id":"s-1"}'`);
  expect(await driver(file).snapshot("a", { name: "n", description: "d\n" })).toBe("s-1");
  expect(JSON.parse(readFileSync(seen, "utf8"))).toEqual({ verb: "snapshot", name: "a", snapshot: { name: "n", description: "d\n" } });
});

test("tells the progress that a script writes on stderr", async () => {
  const told: number[] = [];
  const file = script("progress", "read -r _; echo progress 10 >&2; echo other >&2; echo 'progress: 150' >&2; echo '{}'");
  await driver(file).powerOn("a", { onProgress: (percent) => told.push(percent) });
  expect(told).toEqual([10, 100]);
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A script that starts another process and waits for it. */
const lingering = (name: string) => {
  const file = join(folder, `${name}.pid`);
  return {
    pidFile: file,
    script: script(name, `'${process.execPath}' -e 'setInterval(() => {}, 1000)' & echo $! > '${file}'; echo progress 1 >&2; wait`),
  };
};

test("ends a script that takes too long, and all that it started", async () => {
  const { pidFile, script: file } = lingering("late");
  expect(
    await linesOf(
      driver(file, { timeLimit: 500 })
        .revert("a", "s")
        .catch((error: unknown) => Promise.reject(error)),
    ),
  ).toEqual([
    "[TIMED_OUT] the script inspect did not end within 0.5 s",
    `  where:   machines.scripts.inspect: ${file}`,
    "  because: it was ended with all that it had started; how far it came is not known",
    "  fix:     Look at the hypervisor's task list; raise machines.timeLimit in the bed's file only when the script is merely slow.",
  ]);
  await expect.poll(() => isAlive(Number(readFileSync(pidFile, "utf8"))), { interval: 20, timeout: 5000 }).toBe(false);
});

test("ends a script and all that it started when the signal aborts", async () => {
  const { pidFile, script: file } = lingering("cancelled");
  const stop = new AbortController();
  const work = driver(file).powerOn("a", { signal: stop.signal, onProgress: () => stop.abort(new Error("Ctrl-C")) });
  await expect(work).rejects.toThrow("Ctrl-C");
  await expect.poll(() => isAlive(Number(readFileSync(pidFile, "utf8"))), { interval: 20, timeout: 5000 }).toBe(false);
});

test("starts no script for a signal that is aborted already", async () => {
  const mark = join(folder, "started");
  const file = script("starts", `: > '${mark}'; echo '{}'`);
  await expect(driver(file).powerOn("a", { signal: AbortSignal.abort(new Error("too late")) })).rejects.toThrow("too late");
  expect(existsSync(mark)).toBe(false);
});

test("gives scripts the least of the environment, what the bed declares, and the named secrets, which no error shows", async () => {
  process.env["KUBERA_SECRET_OTHER_PASSWORD"] = "not for scripts";
  const file = script("prints", "export -p >&2; exit 1");
  const secrets = { "esxi-1": { username: "root", password: "s3cret & <more>" } };
  const lines = await linesOf(driver(file, { secrets: ["esxi-1"], environment: { ESXI_HOST: "root@esx1" } }, { secrets }).powerOff("a"));
  delete process.env["KUBERA_SECRET_OTHER_PASSWORD"];
  const shown = lines.join("\n");
  expect(shown).not.toContain("s3cret");
  expect(shown).not.toContain("not for scripts");
  const names = script(
    "names",
    `read -r _; printf '{"id":"%s"}' "$(export -p | while IFS=' =' read -r _ name _; do printf '%s ' "$name"; done)"`,
  );
  const id = await driver(names, { secrets: ["esxi-1"], environment: { ESXI_HOST: "x" } }, { secrets }).snapshot("a", {
    name: "n",
    description: "",
  });
  const allowed =
    /^(PATH|HOME|USER|LOGNAME|LANG|LC_ALL|TMPDIR|SSH_AUTH_SOCK|PWD|OLDPWD|SHLVL|_|ESXI_HOST|KUBERA_SECRET_ESXI_1_(USERNAME|PASSWORD))$/;
  expect(
    id
      .trim()
      .split(" ")
      .filter((name) => !allowed.test(name)),
  ).toEqual([]);
  expect(id).toContain("KUBERA_SECRET_ESXI_1_PASSWORD");
});

test("says which secret of its scripts is missing", () => {
  expect(() => driver(process.execPath, { secrets: ["esxi"] })).toThrow(
    [
      '[SECRET_MISSING] the secret "esxi" is not given',
      "  where:   machines.secrets in the bed's file",
      "  because: its scripts are to get it",
      "  fix:     Set KUBERA_SECRET_ESXI_USERNAME and KUBERA_SECRET_ESXI_PASSWORD.",
    ].join("\n"),
  );
});

test("tells the limitations that the bed declares", async () => {
  const limitations = [{ step: "snapshotWithoutMemory" as const, because: "the tool always keeps memory" }];
  expect(await driver(process.execPath, { limitations }).limitations()).toEqual(limitations);
});

test("never gives a script the snapshot of another VM", async () => {
  const mark = join(folder, "reverted");
  const file = script(
    "one-snapshot",
    `read -r asked; case "$asked" in *'"verb":"inspect"'*) printf '%s' '${JSON.stringify({ machines: [INFO] })}' ;; *) : > '${mark}' ;; esac`,
  );
  expect((await linesOf(driver(file).revert("a", "of-b")))[0]).toBe('[SCRIPT_FAILED] VM "a" has no snapshot of-b');
  expect(existsSync(mark)).toBe(false);
});
