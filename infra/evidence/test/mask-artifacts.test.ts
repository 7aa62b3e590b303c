import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { maskArtifacts } from "../src/mask-artifacts.ts";

const SECRET = 'S3cret "word" &c';
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-artifacts-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, content: string | Buffer): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), content);
};
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

test.each([
  ["raw", SECRET],
  ["in JSON", JSON.stringify({ saw: SECRET })],
  ["URL-encoded", `https://x/?p=${encodeURIComponent(SECRET)}`],
  ["in base64", Buffer.from(`admin:${SECRET}`).toString("base64")],
])("masks a secret that stands %s, however deep its file lies", async (_form, text) => {
  write("allure-results/a.json", `before ${text} after`);
  write("outcome.json", "nothing of it");
  expect(await maskArtifacts(folder, [SECRET])).toEqual({ masked: [join("allure-results", "a.json")], tainted: [], tooPlain: 0 });
  expect(read("allure-results/a.json")).toContain("«redacted»");
  expect(read("allure-results/a.json")).toMatch(/^before .* after$/);
  expect(read("outcome.json")).toBe("nothing of it");
  expect(await maskArtifacts(folder, [SECRET])).toEqual({ masked: [], tainted: [], tooPlain: 0 });
});

test("tells of a secret in what is no text, and leaves that as it is", async () => {
  const bytes = Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from("hunter2-and-more")]);
  write("trace.bin", bytes);
  expect(await maskArtifacts(folder, ["hunter2-and-more"])).toEqual({ masked: [], tainted: ["trace.bin"], tooPlain: 0 });
  expect(readFileSync(join(folder, "trace.bin"))).toEqual(bytes);
});

test("does not take ordinary words for secrets, and counts them", async () => {
  write("junit.xml", "a wrong password; kubera, 12345678");
  expect(await maskArtifacts(folder, ["password", "kubera", "12345678", ""])).toEqual({ masked: [], tainted: [], tooPlain: 3 });
  expect(read("junit.xml")).toBe("a wrong password; kubera, 12345678");
});
