import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LineIndex } from "../../src/recorder/line-index.ts";
import { NdjsonFile } from "../../src/recorder/ndjson-file.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-ndjson-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a file of lines", () => {
  test("holds what was appended, whole and in order, and gives the lines of a window", async () => {
    const file = new NdjsonFile(join(folder, "server", "events.ndjson"));
    for (let at = 0; at < 3000; at += 1) file.append(at, { at, filler: "x".repeat(100) });
    await file.flush();
    expect(readFileSync(file.path, "utf8").trimEnd().split("\n")).toHaveLength(3000);
    const read = (await file.read(2990, 2995)) as { at: number }[];
    expect(read.map(({ at }) => at)).toEqual(expect.arrayContaining([2990, 2991, 2992, 2993, 2994, 2995]));
    expect(file.trouble).toBeUndefined();
  });

  test("writes what comes at any moment, without being asked again", async () => {
    const file = new NdjsonFile(join(folder, "events.ndjson"));
    for (let at = 0; at < 200; at += 1) {
      file.append(at, { at });
      for (let turn = 0; turn < at % 23; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
    const written = (): number => readFileSync(file.path, "utf8").split("\n").length - 1;
    await expect.poll(written, { interval: 5, timeout: 5000 }).toBe(200);
  });

  test("goes on behind the last whole line of a run that was killed", async () => {
    const path = join(folder, "events.ndjson");
    writeFileSync(path, '{"at":1}\n{"at":2,"mess');
    const file = new NdjsonFile(path);
    file.append(3, { at: 3 });
    await file.flush();
    expect(readFileSync(path, "utf8")).toBe('{"at":1}\n{"at":3}\n');
  });

  test("passes over half a line that somebody else left", async () => {
    const file = new NdjsonFile(join(folder, "events.ndjson"));
    file.append(1, { at: 1 });
    await file.flush();
    appendFileSync(file.path, '{"at":');
    expect(await file.read(0, 9)).toEqual([{ at: 1 }]);
  });

  test("keeps lines in memory while it cannot be written, says so, and writes them when it can", async () => {
    writeFileSync(join(folder, "server"), "a file where a folder should be");
    const file = new NdjsonFile(join(folder, "server", "events.ndjson"));
    file.append(1, { at: 1 });
    expect(await file.read(0, 9)).toEqual([{ at: 1 }]);
    expect(file.trouble).toMatch(/events\.ndjson cannot be written: E(NOTDIR|EXIST)/);
    rmSync(join(folder, "server"));
    file.append(2, { at: 2 });
    await file.flush();
    expect(file.trouble).toBeUndefined();
    expect(readFileSync(file.path, "utf8")).toBe('{"at":1}\n{"at":2}\n');
  });

  test("drops the oldest lines beyond four megabytes that cannot be written, and counts them", async () => {
    const file = new NdjsonFile("/dev/null/events.ndjson");
    const filler = "x".repeat(100_000);
    for (let at = 0; at < 60; at += 1) file.append(at, { at, filler });
    const kept = (await file.read(0, 99)) as { at: number }[];
    expect(kept.at(-1)?.at).toBe(59);
    expect(file.trouble).toContain(`; ${60 - kept.length} lines were dropped`);
  });
});

test("an index of any number of blocks finds every time, and stays small", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(100_000), fc.integer({ min: 1, max: 200_000 })), { minLength: 1, maxLength: 3000 }), (writes) => {
      const index = new LineIndex();
      let offset = 0;
      const written = writes.map(([ms, bytes]) => {
        const block = { offset, bytes, fromMs: ms, toMs: ms };
        index.add(block);
        offset += bytes;
        return block;
      });
      expect(index.within(-Infinity, Infinity).length).toBeLessThanOrEqual(513);
      for (const { offset: at, fromMs } of written.slice(0, 50))
        expect(index.within(fromMs, fromMs).some((block) => block.offset <= at && at < block.offset + block.bytes)).toBe(true);
    }),
    { numRuns: 20 },
  );
});
