import { expect, test } from "vitest";
import { byteSizeSchema, parseByteSize, showBytes } from "../src/byte-size.ts";

test.each([
  ["512MiB", 512 * 2 ** 20],
  ["1.5TiB", 1.5 * 2 ** 40],
  ["200 GiB", undefined],
  ["200GB", undefined],
  ["-1GiB", undefined],
])("%s is %s bytes", (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes);
});

test("a size that cannot be read is told with what can", () => {
  expect(byteSizeSchema.safeParse("much").error?.issues[0]?.message).toBe('"much" is not a size: write 512MiB, 200GiB or 1.5TiB');
});

test.each([
  [2 ** 30, "1.0 GiB"],
  [1.5 * 2 ** 40, "1.5 TiB"],
  [2 ** 19, "0.5 MiB"],
])("%d bytes are shown as %s", (bytes, text) => {
  expect(showBytes(bytes)).toBe(text);
});
