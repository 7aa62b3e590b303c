import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { brokenLinks } from "./broken-links.ts";

test("every relative link of this repository's pages leads somewhere", () => {
  expect(brokenLinks(join(import.meta.dirname, "..", ".."))).toEqual([]);
});

test("finds links to missing files, images and headings, and leaves the web, code and other folders alone", () => {
  const root = mkdtempSync(join(tmpdir(), "kubera-e2e-links-"));
  try {
    mkdirSync(join(root, "docs"));
    mkdirSync(join(root, "node_modules"));
    writeFileSync(join(root, "node_modules", "other.md"), "[x](missing.md)");
    writeFileSync(join(root, "docs", "a.md"), "# What a `run` says\n");
    writeFileSync(
      join(root, "README.md"),
      [
        "[there](docs/a.md), [heading](docs/a.md#what-a-run-says), [folder](docs), [web](https://example.com/x)",
        "[missing](docs/b.md) ![image](docs/a.png) [no heading](docs/a.md#elsewhere) `[code](c.md)`",
        "```\n[fence](d.md)\n```",
      ].join("\n"),
    );
    expect(brokenLinks(root)).toEqual(["README.md → docs/b.md", "README.md → docs/a.png", "README.md → docs/a.md#elsewhere"]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
});
