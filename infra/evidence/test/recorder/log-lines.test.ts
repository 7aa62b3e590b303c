import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LogLines } from "../../src/recorder/log-lines.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);
const TIME = "2026-11-24T10:00:00.123456789Z";

describe("lines of a log", () => {
  test.each([
    ["a line with its time", `${TIME} ready\n`, { time: TIME, text: "ready", cut: 0 }],
    ["an empty line", `${TIME} \n`, { time: TIME, text: "", cut: 0 }],
    ["a line of a Windows program", `${TIME} ready\r\n`, { time: TIME, text: "ready", cut: 0 }],
    ["another time zone", "2026-11-24T15:30:00+05:30 ready\n", { time: "2026-11-24T15:30:00+05:30", text: "ready", cut: 0 }],
    ["words of the kubelet", "failed to watch file\n", { time: undefined, text: "failed to watch file", cut: 0 }],
  ])("are %s", (_name, text, line) => {
    expect(new LogLines().push(bytes(text))).toEqual([line]);
  });

  test("are the same however their bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" }).map((text) => text.replaceAll(/[\r\n]/g, ""))), fc.nat(7), (texts, size) => {
        const all = Buffer.from(texts.map((text) => `${TIME} ${text}\n`).join(""));
        const lines = new LogLines();
        const cut: string[] = [];
        for (let at = 0; at < all.length; at += size + 1) cut.push(...lines.push(all.subarray(at, at + size + 1)).map(({ text }) => text));
        expect(cut).toEqual(texts);
        expect(lines.end()).toBeUndefined();
      }),
    );
  });

  test("keep what has no end apart, and cut what never ends", () => {
    const lines = new LogLines();
    expect(lines.push(bytes(`${TIME} half`))).toEqual([]);
    expect(lines.end()).toEqual({ time: TIME, text: "half", cut: 0 });
    for (let part = 0; part < 10; part += 1) expect(lines.push(bytes("x".repeat(10_000)))).toEqual([]);
    expect(lines.push(bytes("\n"))[0]).toMatchObject({ cut: 100_000 - 65_536 });
  });
});
