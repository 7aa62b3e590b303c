import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LogLine } from "../../src/recorder/log-lines.ts";
import { LogSeam } from "../../src/recorder/log-seam.ts";

const START_MS = Date.parse("2026-11-24T10:00:00Z");

/** A line some nanoseconds behind the start. */
const lineAt = (ns: number, text = "same words"): LogLine => {
  const seconds = new Date(START_MS + Math.floor(ns / 1e6)).toISOString().slice(0, 19);
  return { time: `${seconds}.${String(ns % 1e9).padStart(9, "0")}Z`, text, cut: 0 };
};

/** As a kubelet does it: from the beginning of the second on that it was asked for. */
const served = (log: readonly LogLine[], since: string | undefined): LogLine[] => {
  const fromMs = since === undefined ? -Infinity : Math.floor(Date.parse(since) / 1000) * 1000;
  return log.filter(({ time = "" }) => Date.parse(time) >= fromMs);
};

describe("the seam of a log", () => {
  test("tells each line once over any number of breaks, also lines of one time and lines in disorder", () => {
    const gaps = fc.array(fc.oneof(fc.constant(0), fc.nat(50), fc.nat(300_000_000)), { minLength: 1, maxLength: 120 });
    const breaks = fc.array(fc.nat(120), { maxLength: 12 });
    fc.assert(
      fc.property(gaps, breaks, fc.nat(3), (steps, cuts, disorder) => {
        let ns = 0;
        const log = steps.map((step, at) => {
          ns += step;
          // Standard error overtakes standard output by some microseconds.
          return lineAt(at % 5 < disorder ? ns + 900 : ns, `words ${at % 3}`);
        });
        const seam = new LogSeam();
        const told: LogLine[] = [];
        for (const upTo of [...cuts.toSorted((a, b) => a - b), log.length]) {
          const written = log.slice(0, upTo);
          const asked = served(written, seam.resume());
          seam.begin();
          told.push(...asked.filter((line) => seam.isNew(line)));
        }
        expect(told).toEqual(log);
      }),
    );
  });

  test("forgets what is long over, and still tells nothing twice", () => {
    const log = Array.from({ length: 5000 }, (_, at) => lineAt(at * 1_000_000, `line ${at % 7}`));
    const seam = new LogSeam();
    const told: LogLine[] = [];
    for (let upTo = 100; upTo <= log.length; upTo += 100) {
      seam.begin();
      // A server that does not know sinceTime begins at the beginning every time.
      told.push(...log.slice(0, upTo).filter((line) => seam.isNew(line)));
    }
    expect(told).toEqual(log);
  });

  test("leaves out what was written before the recording", () => {
    const seam = new LogSeam(START_MS + 5000);
    seam.begin();
    expect([4e9, 5e9, 6e9].map((ns) => seam.isNew(lineAt(ns)))).toEqual([false, true, true]);
    expect(new LogSeam(START_MS + 5000).resume()).toBe("2026-11-24T10:00:05.000Z");
  });

  test("takes the lines of a new run whatever the node's clock says, and none of them twice", () => {
    const seam = new LogSeam();
    seam.begin();
    expect([lineAt(9e9, "a"), lineAt(10e9, "b")].map((line) => seam.isNew(line))).toEqual([true, true]);
    seam.beginRun();
    expect(seam.resume()).toBeUndefined();
    seam.begin();
    expect([lineAt(1e9, "c"), lineAt(10e9, "b"), lineAt(2e9, "d")].map((line) => seam.isNew(line))).toEqual([true, false, true]);
  });
});
