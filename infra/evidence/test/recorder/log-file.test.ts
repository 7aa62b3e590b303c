import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LogFile } from "../../src/recorder/log-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, "0")}.000000001Z`;

const open = (redactor = new Redactor()) => {
  const clock = new FakeClock();
  const file = new LogFile({ path: join(folder, "c.ndjson"), redactor, clock });
  const say = (second: number, text: string, cut = 0): void => file.line({ time: at(second), text, cut });
  const stored = async (): Promise<unknown[]> => {
    file.settle();
    await file.flush();
    return readFileSync(file.path, "utf8")
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
  };
  return { clock, file, say, stored };
};

describe("a stored log", () => {
  test("holds lines with their own times, and marks", async () => {
    const { file, say, stored } = open();
    say(1, "starting");
    say(2, "ready");
    file.mark("restart 1: the one before ended: OOMKilled, exit code 137");
    file.line({ time: undefined, text: "failed to watch file", cut: 0 });
    expect(await stored()).toEqual([
      { at: at(1), line: "starting" },
      { at: at(2), line: "ready" },
      { at: "2026-01-01T00:00:00.000Z", mark: "restart 1: the one before ended: OOMKilled, exit code 137" },
      { at: "2026-01-01T00:00:00.000Z", line: "failed to watch file" },
    ]);
  });

  test("folds the same words said again", async () => {
    const { say, stored } = open();
    for (let second = 1; second <= 5; second += 1) say(second, "waiting for mysql");
    say(6, "connected");
    say(7, "connected");
    expect(await stored()).toEqual([
      { at: at(1), line: "waiting for mysql" },
      { at: at(5), line: "waiting for mysql", times: 4 },
      { at: at(6), line: "connected" },
      { at: at(7), line: "connected", times: 1 },
    ]);
  });

  test("masks a line as a whole before it is cut, and says by how much", async () => {
    const { say, stored } = open(new Redactor(["hunter22-hunter22"]));
    say(1, `${"x".repeat(4090)}hunter22-hunter22 and more`);
    say(2, "short", 1000);
    const [long, short] = (await stored()) as { line: string; cut: number }[];
    expect(long?.line).toBe(`${"x".repeat(4090)}«redac`);
    expect(long?.cut).toBe("ted» and more".length);
    expect(short).toMatchObject({ line: "short", cut: 1000 });
    expect(readFileSync(join(folder, "c.ndjson"), "utf8")).not.toContain("hunter");
  });

  test("leaves out chatter beyond its allowance, counts it, and keeps room for trouble", async () => {
    const { clock, say, stored } = open();
    for (let line = 0; line < 400; line += 1) say(1, `chatter ${line} ${"x".repeat(990)}`);
    say(2, "panic: runtime error");
    await clock.advance(600_000);
    say(3, "calm again");
    const lines = (await stored()) as { line?: string; omitted?: number }[];
    const kept = lines.filter(({ line }) => line?.startsWith("chatter")).length;
    expect(kept).toBe(93);
    expect(lines.slice(kept)).toEqual([
      { at: at(2), omitted: 400 - kept },
      { at: at(2), line: "panic: runtime error" },
      { at: at(3), line: "calm again" },
    ]);
  });

  test("of the noisiest container grows by 0.75 MB an hour", async () => {
    const { clock, say, stored } = open();
    for (let minute = 0; minute < 60; minute += 1) {
      for (let line = 0; line < 300; line += 1) say(minute, `error ${line} ${minute} ${"x".repeat(200)}`);
      await clock.advance(60_000);
    }
    await stored();
    const { length } = readFileSync(join(folder, "c.ndjson"));
    expect(length).toBeLessThan(1.0 * 1024 * 1024);
  });
});
