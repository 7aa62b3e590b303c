import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, runE2e, startProgram } from "./run-e2e.ts";
import { newestOutcome, openSimPlace, type SimPlace } from "./sim-place.ts";
import { workplaceOfTest } from "./workplace.ts";

const ONE_TEST = ["test", "--grep", "the Administrator gets a token"];
const PASSED = "1 passed · 0 failed of 1 planned";

describe("proxy variables", () => {
  test("that name a proxy nobody answers at keep no call from loopback", async () => {
    let calls = 0;
    const proxy: Server = createServer((socket) => {
      calls += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
    const workplace = workplaceOfTest();
    const said = await runE2e({ ...workplace.environment, ...Object.fromEntries(names.map((name) => [name, url])) }, ONE_TEST);
    proxy.close();
    expect(said.code, said.out + said.err).toBe(0);
    expect(said.out).toContain(PASSED);
    expect(calls, "nobody asked the proxy").toBe(0);
  });
});

describe("the folders of a user", () => {
  let place: SimPlace;

  beforeAll(async () => {
    place = await openSimPlace();
    await place.makeDirector();
  });
  afterAll(() => place.close());

  const unwritable = (): string => {
    const file = join(place.workplace.root, "no-folder");
    cpSync(join(ROOT, "LICENSE"), file);
    return join(file, "home");
  };

  test.each<[string, () => Record<string, string>]>([
    ["no HOME", () => ({})],
    ["an empty HOME", () => ({ HOME: "" })],
    ["a HOME that does not exist", () => ({ HOME: "/nonexistent/home" })],
    ["a HOME that cannot be made", () => ({ HOME: unwritable() })],
  ])("%s is no obstacle to a run", async (_title, home) => {
    const { HOME: _, KUBERA_STORE: __, ...rest } = place.environment;
    const { code, out, err } = await runE2e({ ...rest, ...home() }, ONE_TEST);
    expect(code, out + err).toBe(0);
    expect(out).toContain(PASSED);
  });
});

const NOBODY = 65_534;
/** Whoever is not root already is the ordinary case. */
const user = process.getuid?.() === 0 ? NOBODY : process.getuid?.();

/** All that a clone and an install would lay down, with third-party packages where they are already. */
const copyRepository = (to: string): void => {
  const list = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"], { cwd: ROOT, encoding: "utf8" });
  for (const file of list.split("\0").filter((name) => name !== "")) {
    if (lstatSync(join(ROOT, file), { throwIfNoEntry: false }) === undefined) continue;
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(ROOT, file), join(to, file));
  }
  const packages = list
    .split("\0")
    .filter((name) => name.endsWith("package.json"))
    .map((name) => dirname(name));
  for (const folder of packages.map((name) => join(name, "node_modules"))) linkPackages(join(ROOT, folder), join(to, folder));
};

const linkPackages = (from: string, to: string): void => {
  if (lstatSync(from, { throwIfNoEntry: false }) === undefined) return;
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === ".pnpm") symlinkSync(join(from, name), join(to, name));
    else if (name === ".bin" || !name.startsWith("."))
      cpSync(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
  }
};

describe("a user", () => {
  let root: string;

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "e2e-other user "));
    copyRepository(join(root, "a repository"));
    mkdirSync(join(root, "tmp folder"));
    for (const [name, mode] of [
      ["", 0o755],
      ["tmp folder", 0o777],
    ] as const)
      chmodSync(join(root, name), mode);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 20 }));

  test("who is not root runs in a repository and with temporary files whose paths have a space", async () => {
    const repository = join(root, "a repository");
    const environment = { TMPDIR: join(root, "tmp folder"), ARTIFACTS: join(root, "tmp folder", "artifacts") };
    const e2e = [process.execPath, join(repository, "infra", "cli", "bin", "e2e.mjs"), ...ONE_TEST];
    const said = await startProgram(e2e, { environment, cwd: repository, user: user === NOBODY ? NOBODY : undefined }).said;
    expect(said.code, said.out + said.err).toBe(0);
    expect(said.out).toContain(PASSED);
    expect(readdirSync(join(root, "tmp folder", `kubera-e2e-${user}`))).toEqual([]);
    const runs = readdirSync(environment.ARTIFACTS).filter((name) => !name.startsWith("."));
    expect(newestOutcome({ artifacts: environment.ARTIFACTS, runs: () => runs })).toMatchObject({ target: "sim", counts: { passed: 1 } });
    expect(lstatSync(join(environment.ARTIFACTS, runs[0] ?? "")).uid).toBe(user);
  });
});
