import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { finishPage } from "../src/finish-page.ts";

const TRACKER = "https://www.googletagmanager.com/gtag/js?id=G-1";
const ANALYTICS = `<script async src="${TRACKER}"></script>
    <script>
        gtag('config', 'G-1', { "report": "awesome" });
    </script>`;

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-e2e-page-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const finished = (html: string, singleFile: boolean): string => {
  const page = join(folder, "index.html");
  writeFileSync(page, html);
  expect(finishPage(page, { singleFile })).toBe(page);
  return readFileSync(page, "utf8");
};

test("takes the analytics off and leaves the rest", () => {
  expect(finished(`<body>${ANALYTICS}<script>data</script></body>`, true)).toBe("<body><script>data</script></body>");
});

test("tells whoever opens a report of many files as a file that it must be served", () => {
  const html = finished(`<body>${ANALYTICS}</body>`, false);
  expect(html).not.toContain(TRACKER);
  expect(html).toContain("npx allure open");
});

test("refuses a page whose analytics it cannot take off", () => {
  expect(() => finished(`<script src="${TRACKER}"></script>`, true)).toThrow(`[INTERNAL] the Allure report would load a tracker
  where:   ${join(folder, "index.html")}
  because: the generator writes its analytics in a way that is not known here
  fix:     Compare the version of allure in pnpm-workspace.yaml with the one this was written for, 3.18.`);
});
