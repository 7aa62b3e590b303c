import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { locateChromium } from "../src/chromium.ts";

let folder = "";
const at = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-e2e-chromium-"));
  for (const name of ["chromium", "google-chrome", "own"]) writeFileSync(at(name), "", { mode: 0o755 });
  writeFileSync(at("text"), "", { mode: 0o644 });
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const messageOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (isKuberaError(error)) return error.message;
    throw error;
  }
  return "no error";
};

describe("locateChromium", () => {
  test.each([
    { title: "takes the named one before all others", named: "own", searchPath: ".", store: "chromium", found: "own" },
    { title: "takes one on the PATH before Playwright's", named: undefined, searchPath: ".", store: "own", found: "chromium" },
    { title: "takes Playwright's when the PATH has none", named: undefined, searchPath: "nowhere", store: "own", found: "own" },
  ])("$title", ({ named, searchPath, store, found }) => {
    const places = { searchPath: ["/nonexistent", join(folder, searchPath)].join(delimiter), store: at(store) };
    expect(locateChromium(named === undefined ? undefined : at(named), places)).toBe(at(found));
  });

  test.each([
    { title: "that is missing", name: "missing" },
    { title: "that cannot be executed", name: "text" },
    { title: "that is a folder", name: "." },
  ])("names the three ways for a KUBERA_CHROMIUM $title", ({ name }) => {
    expect(messageOf(() => locateChromium(at(name), { searchPath: folder, store: at("own") }))).toBe(
      `[CHROMIUM_MISSING] no Chromium for the project gui
  where:   KUBERA_CHROMIUM=${at(name)}
  because: no file that can be executed is there
  fix:     One of three: KUBERA_CHROMIUM=/path/to/chromium; install the system's (apt-get install chromium); pnpm exec playwright install chromium.`,
    );
  });

  test("names the three ways when none is anywhere", () => {
    expect(messageOf(() => locateChromium(undefined, { searchPath: "/nonexistent", store: "/store/chrome" }))).toBe(
      `[CHROMIUM_MISSING] no Chromium for the project gui
  where:   PATH and /store/chrome
  because: PATH has no chromium, chromium-browser, google-chrome, google-chrome-stable, and Playwright has not installed its own
  fix:     One of three: KUBERA_CHROMIUM=/path/to/chromium; install the system's (apt-get install chromium); pnpm exec playwright install chromium.`,
    );
  });
});
