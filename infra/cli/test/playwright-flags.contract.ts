import { readFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { manifestSchema } from "@kubera-e2e/schema/manifest";
import type { DirectorDoor } from "./director-door.ts";
import { openHostPlace, type HostPlace } from "./host-place.ts";
import { ROOT, runE2e, startE2e, startProgram, type Said } from "./run-e2e.ts";
import type { SimPlace } from "./sim-place.ts";
import { callOverWebSocket } from "./web-socket.ts";
import { hasEnded } from "./workplace.ts";

/** Playwright gives whole files to a shard. */
const TWO_FILES = ["tests/auth/sign-up.api.spec.ts", "tests/auth/token.api.spec.ts"] as const;
const ONE_FILE = TWO_FILES[1];
const API_KEY = "an API key signs its owner in, and half of it does not";
const WITH_KEYS = ["a session goes on without another login", API_KEY];

let opened: HostPlace;
let place: SimPlace;
let door: DirectorDoor;
let host: Readonly<Record<string, string>>;

/** A Director that exists already spares each run a restore; flags do not depend on where tests run. */
beforeAll(async () => {
  opened = await openHostPlace();
  ({ place, door } = opened);
  host = { ...opened.host, KUBERA_HOST: door.url };
});
afterAll(() => opened.close());

const pnpmTest = (...args: readonly string[]): Promise<Said> => runE2e(host, ["test", ...args]);

const titlesOf = (status: string): string[] =>
  place
    .outcome()
    .tests.filter((record) => record.status === status)
    .map((record) => record.test.title);

const manifest = () =>
  manifestSchema.parse(
    JSON.parse(readFileSync(join(place.workplace.artifacts, place.workplace.runs().at(-1) ?? "", "manifest.json"), "utf8")),
  );

describe("pnpm test", () => {
  test("--list lists the api project and runs nothing", async () => {
    const before = place.workplace.runs();
    const { code, out } = await pnpmTest("--list");
    expect(code, out).toBe(0);
    expect(out.split("\n")).toContainEqual(
      expect.stringMatching(/^ +\[api\] › auth\/token\.api\.spec\.ts:\d+:\d+ › an API key signs its owner in/),
    );
    expect(out).not.toContain("[gui]");
    expect(place.workplace.runs()).toEqual(before);
  });

  test("--shard 1/2 and 2/2 run each test of the whole once", async () => {
    const whole = (await pnpmTest("--list", ...TWO_FILES)).out.split("\n").filter((line) => line.includes("[api]"));
    const parts: string[][] = [];
    for (const shard of ["--shard=1/2", "--shard=2/2"]) {
      const { code, out } = await pnpmTest(...TWO_FILES, shard);
      expect(code, out).toBe(0);
      parts.push(titlesOf("passed"));
      expect(manifest()).toMatchObject({ shard: { index: parts.length, total: 2 }, tests: titlesOf("passed").map((title) => ({ title })) });
    }
    expect(parts.every((part) => part.length > 0)).toBe(true);
    expect(parts.flat()).toHaveLength(whole.length);
    expect(new Set(parts.flat()).size).toBe(whole.length);
  });

  test("a shard without a test is none that failed, and says so", async () => {
    const { code, out } = await pnpmTest(ONE_FILE, "--shard=2/2");
    expect(code, out).toBe(0);
    expect(out).toContain("exit 0: this shard holds no test\n");
    expect(place.outcome()).toMatchObject({ counts: { planned: 0 }, exit: { code: 0, because: "this shard holds no test" } });
  });

  test("--last-failed runs what failed in the run before, and then nothing more", async () => {
    door.refuses.add("POST /v3/apikey");
    const red = await pnpmTest(ONE_FILE);
    expect(red.code, red.out).toBe(1);
    expect(titlesOf("failed")).toEqual(WITH_KEYS);
    expect(titlesOf("passed").length).toBeGreaterThan(1);

    door.refuses.clear();
    const again = await pnpmTest("--last-failed");
    expect(again.code, again.out).toBe(0);
    expect([titlesOf("passed"), place.outcome().counts.planned]).toEqual([WITH_KEYS, WITH_KEYS.length]);

    const runs = place.workplace.runs();
    const nothing = await pnpmTest("--last-failed");
    expect(nothing.code).toBe(3);
    expect(nothing.err).toContain(
      [
        "[NOTHING_SELECTED] no test was selected, so none was run",
        "  where:   pnpm test --last-failed",
        "  because: no test failed in the last run, or none of those that did matches the other flags",
        "  fix:     See what there is: pnpm test --list\n",
      ].join("\n"),
    );
    expect(place.workplace.runs(), "nothing is kept of it").toEqual(runs);
  });
});

describe("plain Playwright", () => {
  test("runs one test of a project by its title, with the outcome that the launcher would tell", async () => {
    const playwright = join(ROOT, "node_modules", ".bin", "playwright");
    const said = await startProgram([playwright, "test", "--project=api", "-g", API_KEY], { environment: host }).said;
    expect(said.code, said.out + said.err).toBe(0);
    expect(said.out).toContain("1 passed · 0 failed of 1 planned");
    expect(titlesOf("passed")).toEqual([API_KEY]);
  });
});

interface Page {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly text: string;
}

const read = (url: URL): Promise<Page> =>
  new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.once("end", () => resolve({ status: answer.statusCode, location: answer.headers.location, text }));
    }).once("error", reject);
  });

describe("pnpm test --ui", () => {
  test("serves Playwright's UI with our tests in it, and is gone when it is stopped", async () => {
    const runs = place.workplace.runs();
    const running = startE2e(host, ["test", "--ui", "--ui-host=127.0.0.1", "--ui-port=0"]);
    await expect.poll(running.outputSoFar, { interval: 20, timeout: 20_000 }).toMatch(/Listening on http:\/\/127\.0\.0\.1:\d+/);
    const root = new URL(/http:\S+/.exec(running.outputSoFar())?.[0] ?? "");
    const { status, location = "" } = await read(root);
    expect(status).toBe(302);
    const page = new URL(location, root);
    expect(await read(page)).toMatchObject({ status: 200, text: expect.stringContaining("Playwright") as string });

    const [, listed] = await callOverWebSocket(new URL("../ws", page), [
      { method: "initialize", params: { interceptStdio: false } },
      { method: "listTests", params: {} },
    ]);
    expect(listed).toMatchObject({ status: "passed" });
    const text = JSON.stringify(listed);
    for (const held of ['"name":"api"', API_KEY, "installs Director on a bare cluster"]) expect(text).toContain(held);

    running.child.kill("SIGINT");
    expect((await running.said).code).toBe(130);
    expect(hasEnded(running.child.pid ?? 0)).toBe(true);
    await expect(read(root)).rejects.toThrow("ECONNREFUSED");
    expect(place.workplace.simFolders()).toEqual([]);
    expect(place.workplace.runs()).toEqual(runs);
  });
});
