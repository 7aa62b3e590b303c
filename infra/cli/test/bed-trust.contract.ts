import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, runE2e, type Said } from "./run-e2e.ts";
import { openSimPlace, type SimPlace } from "./sim-place.ts";

let place: SimPlace;
let config = "";

/** The bed sim as the bed lab; its registry says nothing of trust. */
const declare = (edit: (yaml: string) => string): void => {
  const yaml = readFileSync(join(ROOT, "infra", "testbeds", "sim.yaml"), "utf8").replace("name: sim\n", "name: lab\n");
  writeFileSync(join(config, "testbeds", "lab.yaml"), edit(yaml.replace(/(url: \$\{registry\.url\})\n.*\n/, "$1\n")));
};

beforeAll(async () => {
  place = await openSimPlace();
  config = join(place.workplace.root, "config");
  mkdirSync(join(config, "testbeds"), { recursive: true });
});
afterAll(() => place.close());

const trust = (...args: readonly string[]): Promise<Said> =>
  runE2e({ ...place.environment, KUBERA_CONFIG: config }, ["bed", "trust", "lab", ...args]);

interface Shown {
  readonly endpoint: string;
  readonly state: string;
  readonly trustedBy?: string;
  readonly certificate?: { readonly pin: string };
  readonly problem?: { readonly code: string };
}

const shown = async (): Promise<Shown[]> => JSON.parse((await trust("--json")).out) as Shown[];

const registry = async (): Promise<Shown | undefined> => (await shown()).find(({ endpoint }) => endpoint === "registry");

test("shows who vouches for every endpoint, and accepts nothing unasked", async () => {
  declare((yaml) => yaml);
  const said = await trust();
  const pin = (await registry())?.certificate?.pin ?? "";
  expect(said.code).toBe(20);
  expect(said.out).toContain(`  trusted by CA ${place.sim.up.ca}\n`);
  expect(said.out).toMatch(/clusters\.member +https:.+\n {2}subject +kubernetes\n(?:.+\n){4} {2}trusted by CA of the kubeconfig .+\n/);
  expect(said.out).toMatch(/registry .+\n(?:.+\n)+ {2}NOT TRUSTED by the system's roots: TLS_UNTRUSTED: its issuer /);
  expect(said.out).toMatch(/director +http:.+\n {2}no TLS: whoever sits between reads and changes everything\n/);
  expect(said.out).toContain(`--accept, or\n  registry: trust: { pin: "${pin}" }\n`);
  const unasked = await trust("--accept");
  expect([unasked.code, unasked.out]).toEqual([2, ""]);
  expect(unasked.err).toContain("[USAGE] not confirmed; nothing was touched");
  expect((await registry())?.state).toBe("refused");
});

test("a pin that was accepted is used by every later command", async () => {
  const before = await runE2e({ ...place.environment, KUBERA_CONFIG: config }, ["check", "--bed", "lab", "--only", "registry-reachable"]);
  expect(before.out).toContain("BLOCKS   registry-reachable");
  const accepted = await trust("--accept", "registry", "--yes");
  expect([accepted.code, accepted.err.split(":")[0]]).toEqual([0, "1 accepted"]);
  const { certificate, trustedBy } = (await registry()) ?? {};
  expect(trustedBy).toMatch(new RegExp(`^pin ${certificate?.pin ?? ""}, accepted \\d{4}-`));
  const after = await runE2e({ ...place.environment, KUBERA_CONFIG: config }, ["check", "--bed", "lab", "--only", "registry-reachable"]);
  expect([after.code, after.out]).toEqual([0, expect.stringContaining("ok       registry-reachable")]);
});

test("what the bed's file says comes before what was accepted, and is not accepted away", async () => {
  const wrong = `sha256:${"0".repeat(64)}`;
  declare((yaml) => yaml.replace("credentials: vsphere\n  trust:", `credentials: vsphere\n  trust: { pin: "${wrong}" }\n  # `));
  const machines = (await shown()).find(({ endpoint }) => endpoint === "machines");
  expect(machines).toMatchObject({ state: "refused", problem: { code: "TLS_PIN_MISMATCH" } });
  expect(await trust("--accept", "machines", "--yes")).toMatchObject({
    code: 2,
    err: [
      "[USAGE] the bed's file says already whom to trust for machines",
      "  where:   the bed lab, or the GOVC_TLS_* variables for its vSphere",
      "  because: what is declared there holds, and an accepted certificate beside it would never be used",
      "  fix:     Correct trust there: the line that would trust what is shown now is printed by `e2e bed trust`.\n",
    ].join("\n"),
  });
});

test("names the endpoint that was meant", async () => {
  const said = await trust("--accept", "registri");
  expect([said.code, said.err]).toEqual([
    2,
    [
      "[USAGE] the bed has no endpoint registri",
      "  where:   --accept registri",
      "  because: its endpoints are machines, clusters.server, clusters.member, registry, director",
      "  fix:     Did you mean registry?\n",
    ].join("\n"),
  ]);
});
