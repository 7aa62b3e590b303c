import { mkdir, readdir, readFile, rm, writeFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { buildReport, carryVerdicts } from "../src/index.ts";
import { makeRun } from "./sample-run.ts";

const sites: string[] = [];

afterEach(() => Promise.all(sites.splice(0).map((site) => rm(site, { recursive: true, force: true }))));

const built = async (target: "sim" | "real"): Promise<string> => {
  const { site, run } = await makeRun(target);
  sites.push(site);
  await mkdir(join(run, "report/data"), { recursive: true });
  await writeFile(join(run, "report/data/stale.json"), "{}");
  await carryVerdicts(run);
  expect(await buildReport(run)).toBe(join(run, "report/index.html"));
  return run;
};

const json = async (run: string, name: string): Promise<unknown> => JSON.parse(await readFile(join(run, "report", name), "utf8"));

const page = (run: string): Promise<string> => readFile(join(run, "report/index.html"), "utf8");

/** A file that the page holds inside, as `d("name","base64")`. */
const inside = (text: string, name: string): string => {
  const start = text.indexOf(`d("${name}","`) + name.length + 6;
  return Buffer.from(text.slice(start, text.indexOf('"', start)), "base64").toString("utf8");
};

interface Summary {
  readonly name: string;
  readonly stats: unknown;
}

test("builds a report whose name says SIMULATED, with causes as categories, and removes the old one", async () => {
  const run = await built("sim");
  const summary = (await json(run, "summary.json")) as Summary;
  expect(summary.name).toBe("SIMULATED · Director 1.12.0 on sim");
  expect(summary.stats).toMatchObject({ total: 5, passed: 1, failed: 2, broken: 1, skipped: 1 });
  const categories = inside(await page(run), "widgets/categories.json");
  for (const name of ["1 Product", "2 Environment: ESX, node, network, control plane, storage", "5 Not explained"])
    expect(categories).toContain(name);
  expect(categories).toContain("C1 node.disk-pressure");
  await expect(stat(join(run, "report/data/stale.json"))).rejects.toThrow("ENOENT");
});

test("builds a page that opens as a file: everything is inside, and nothing is fetched from elsewhere", async () => {
  const run = await built("sim");
  expect(await readdir(join(run, "report"))).toEqual(["index.html", "summary.json", "test-results.json"]);
  const text = await page(run);
  expect(text).toContain("allureReportData");
  expect(text.match(/(?:src|href)="https?:[^"]*"/g)).toBeNull();
});

test("does not say SIMULATED of real machines", async () => {
  const run = await built("real");
  expect(((await json(run, "summary.json")) as Summary).name).toBe("Director 1.12.0 on sim");
});

test("builds an empty report for a run whose tests were all left out", async () => {
  const { site, run } = await makeRun();
  sites.push(site);
  await rm(join(run, "allure-results"), { recursive: true });
  await carryVerdicts(run);
  await expect(buildReport(run)).resolves.toBe(join(run, "report/index.html"));
});
