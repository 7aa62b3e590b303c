import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { testBedJsonSchema } from "../src/test-bed-json-schema.ts";

const FOLDER = fileURLToPath(new URL("../../testbeds/", import.meta.url));

test("infra/testbeds/schema.json is what the zod schema says; vitest -u writes it anew", async () => {
  await expect(`${JSON.stringify(testBedJsonSchema(), undefined, 2)}\n`).toMatchFileSnapshot(`${FOLDER}schema.json`);
});

test("it refuses unknown keys and lets ${…} stand where a URL is wanted", () => {
  const schema = JSON.stringify(testBedJsonSchema());
  expect(schema).toContain('"additionalProperties":false');
  expect(schema).not.toContain('"format":"uri"');
});

test.each(readdirSync(FOLDER).filter((file) => file.endsWith(".yaml")))("%s tells editors of it", (file) => {
  expect(readFileSync(`${FOLDER}${file}`, "utf8").split("\n")[0]).toBe("# yaml-language-server: $schema=schema.json");
});
