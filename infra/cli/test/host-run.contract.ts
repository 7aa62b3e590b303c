import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadTestBed, openBed } from "@kubera-e2e/lifecycle";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings } from "@kubera-e2e/schema/settings";
import type { DirectorDoor } from "./director-door.ts";
import { openHostPlace, type HostPlace } from "./host-place.ts";
import { ROOT, runE2e, startProgram } from "./run-e2e.ts";
import type { SimPlace } from "./sim-place.ts";

const ONE_TEST = ["--project=api", "--grep", "the Administrator gets a token"];
const SIMULATED = "SIMULATED data centre: this run says nothing about real machines.";

/** What any restore would change: every node's boot, and the snapshot that each VM runs on. */
const machinesOf = async (place: SimPlace) => {
  const settings = readSettings(place.environment);
  const bed = loadTestBed("sim", settings);
  const context = await openBed(bed, settings, { redactor: new Redactor() });
  try {
    const nodes = bed.clusters.map(async ({ name }) => JSON.stringify(await (await context.kube(name)).raw("/api/v1/nodes")));
    const boots = (await Promise.all(nodes)).flatMap((text) => text.match(/"bootID":"[^"]+"/g) ?? []);
    const vms = await context.machines.inspect(bed.clusters.flatMap((cluster) => cluster.vms.map((vm) => vm.name)));
    return { boots, vms };
  } finally {
    await context.close();
  }
};

let opened: HostPlace;
let place: SimPlace;
let door: DirectorDoor;
let host: Readonly<Record<string, string>>;

beforeAll(async () => {
  opened = await openHostPlace();
  ({ place, door, host } = opened);
});
afterAll(() => opened.close());

describe("a run against a Director that exists", () => {
  test("restores nothing, skips what needs a restore and says so, and runs the others", async () => {
    const before = await machinesOf(place);
    const said = await runE2e({ ...host, KUBERA_STORE: join(place.workplace.root, "untouched") }, ["test"]);
    expect(said.code, said.out + said.err).toBe(0);
    expect(await machinesOf(place)).toEqual(before);
    expect([before.boots.length, new Set(before.boots).size, before.vms.length]).toEqual([10, 10, 10]);
    expect(existsSync(join(place.workplace.root, "untouched")), "no lease was taken").toBe(false);
    expect(place.workplace.simFolders(), "no data centre was started").toEqual([]);

    const { bed, target, counts, tests } = place.outcome();
    expect({ bed, target, none: [counts.failed, counts.blocked, counts.notRun] }).toEqual({ bed: "host", target: "sim", none: [0, 0, 0] });
    expect(counts.passed).toBeGreaterThan(0);
    expect(counts.passed + counts.skipped).toBe(counts.planned);
    const reasons = [...new Set(tests.filter(({ status }) => status === "skipped").map(({ because }) => because ?? ""))];
    for (const reason of reasons) expect(reason).toMatch(/^(needs|leaves) .* KUBERA_HOST alone (restores nothing|names none)$/);
    expect(reasons).toContain('needs a bed restored to "bare"; KUBERA_HOST alone restores nothing');
    expect(reasons).toContain("needs a test bed; KUBERA_HOST alone names none");
    expect(said.out).toContain(SIMULATED);
    expect(said.out + said.err).not.toContain(place.password);
  });

  test("is stamped as simulated by plain Playwright as well", async () => {
    const playwright = [process.execPath, join(ROOT, "node_modules", "@playwright", "test", "cli.js"), "test", ...ONE_TEST];
    const said = await startProgram(playwright, { environment: host }).said;
    expect(said.code, said.out + said.err).toBe(0);
    expect(said.out).toContain(SIMULATED);
    expect(place.outcome()).toMatchObject({ bed: "host", target: "sim", counts: { passed: 1 } });
  });

  test("is one of real machines when its Director does not call itself simulated", async () => {
    door.hidesSimulation = true;
    const said = await runE2e({ ...host, KUBERA_HOST: door.url }, ["test", ...ONE_TEST]);
    expect(said.code, said.out + said.err).toBe(0);
    expect(said.out).not.toContain("SIMULATED");
    expect(place.outcome()).toMatchObject({ bed: "host", target: "real", counts: { passed: 1 } });
  });

  test("is refused with a wrong password before anything runs", async () => {
    const before = place.workplace.runs();
    const said = await runE2e({ ...host, KUBERA_PASS: "wr0ng-and-secret" }, ["test", ...ONE_TEST]);
    expect(said).toEqual({
      code: 2,
      out: "",
      err: [
        "[DIRECTOR_LOGIN_REFUSED] Director does not let Administrator in",
        `  where:   ${place.sim.up.director.url}`,
        "  because: the user name or password is incorrect",
        "  fix:     Correct KUBERA_USER and KUBERA_PASS, in the environment or in .env.\n",
      ].join("\n"),
    });
    expect(place.workplace.runs()).toEqual(before);
  });
});

interface Told {
  readonly target: string;
  readonly signedUp: readonly string[];
  readonly answers: readonly { readonly id: string; readonly verdict: string; readonly question: string }[];
}

const ask = (environment: Readonly<Record<string, string>>, ...args: readonly string[]) =>
  runE2e(environment, ["contract", "director", ...args]);

describe("e2e contract director", () => {
  test("asks what changes nothing, answer by answer, and says what it left out", async () => {
    const said = await ask(host);
    expect(said.code, said.out + said.err).toBe(0);
    expect(said.out).toMatch(/^Director 1\.12\.0 at http:\S+ \(SIMULATED\)\n/);
    expect(said.out).toContain("confirmed  A-LOGIN-REFUSAL  With which status and text is a wrong login refused?\n");
    expect(said.out).toContain("untried    A-EMAIL-CASE  Are e-mail addresses compared with their case?\n");
    expect(said.out).toContain("             the question makes accounts or clusters of its own: add --write\n");
    expect(said.out).toMatch(/\n\d+ confirmed, 0 refuted, \d+ untried\n$/);
    expect(said.out + said.err).not.toContain(place.password);
  });

  test("asks everything that calls can answer with --write, and names the accounts that stay", async () => {
    const said = await ask(host, "--write", "--json");
    expect(said.code, said.err).toBe(0);
    const { target, answers, signedUp } = JSON.parse(said.out) as Told;
    expect(target).toBe("sim");
    expect(answers.filter(({ verdict }) => verdict === "refuted")).toEqual([]);
    expect(answers.filter(({ verdict }) => verdict === "confirmed").length).toBeGreaterThan(25);
    expect(signedUp.length).toBeGreaterThan(10);
  });

  test("keeps no answers of a simulated Director", async () => {
    const said = await ask(host, "--save");
    expect([said.code, said.err.split("\n")[0]]).toEqual([2, "[USAGE] answers of a simulated Director are not kept"]);
  });

  test.each([
    ["an assumption that is none", ["--only", "A-ENVELOPE,A-NOTHING"], "[USAGE] there is no assumption called A-NOTHING"],
    ["a host that is no URL", ["--host", "director"], "[USAGE] --host is not the address of a Director"],
  ])("refuses %s", async (_name, args, told) => {
    const said = await ask(host, ...args);
    expect([said.code, said.err.split("\n")[0]]).toEqual([2, told]);
  });

  test("lets nobody in with a wrong password, and asks for a missing one", async () => {
    const wrong = await ask({ ...host, KUBERA_PASS: "wr0ng-and-secret" });
    expect([wrong.code, wrong.err.split("\n")[0]]).toEqual([2, "[DIRECTOR_LOGIN_REFUSED] Director does not let Administrator in"]);
    const { KUBERA_PASS: _, KUBERA_HOST: url = "", ...others } = host;
    const missing = await ask(others, "--host", url);
    expect([missing.code, missing.err.split("\n")[0]]).toEqual([2, "[SECRET_MISSING] a Director is named without KUBERA_PASS"]);
  });

  test("refuses to ask nobody", async () => {
    const said = await ask(place.workplace.environment);
    expect([said.code, said.err.split("\n")[0]]).toEqual([2, "[USAGE] no Director was named"]);
  });
});
