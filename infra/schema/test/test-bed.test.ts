import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { testBedSchema, trustSchema } from "../src/test-bed.ts";
import { BED_YAML } from "./sample-bed.ts";

type Plain = Record<string, unknown>;
type Vm = { name: string; node: string; plane: string };

const bed = (): Plain & { clusters: [{ name: string; role: string; vms: [Vm, Vm] }] } => {
  const text = BED_YAML.replace("${vsphere.url}", "https://vcenter.lab/sdk");
  return parse(text) as ReturnType<typeof bed>;
};

const faults = (value: unknown): string[] =>
  (testBedSchema.safeParse(value).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);

test("gives durations in milliseconds, and defaults for what a bed does not say", () => {
  expect(testBedSchema.parse(bed())).toMatchObject({
    director: { namespace: "kubera" },
    states: { bare: { make: false } },
    intervals: { power: 90_000, nodesReady: 600_000, poll: 2000 },
    limits: { powerOnPerHost: 2, maxSnapshotDepth: 3, clockSkew: 1000 },
  });
});

describe("refuses", () => {
  test.each<[string, (plain: ReturnType<typeof bed>) => unknown, string[]]>([
    [
      "two servers",
      (b) => ({ ...b, clusters: [...b.clusters, { ...b.clusters[0], name: "c2", vms: [{ name: "vm-9", node: "n", plane: "control" }] }] }),
      ["clusters: a bed has exactly one cluster of role server, this one has 2"],
    ],
    [
      "no server",
      (b) => ({ ...b, clusters: [{ ...b.clusters[0], role: "member" }] }),
      ["clusters: a bed has exactly one cluster of role server, this one has 0"],
    ],
    [
      "a VM in two places",
      (b) => ({ ...b, clusters: [{ ...b.clusters[0], vms: [b.clusters[0].vms[0], b.clusters[0].vms[0]] }] }),
      ['clusters.0.vms.1.name: VM "vm-1" is there twice'],
    ],
    ["a name in capitals", (b) => ({ ...b, name: "Konvoy" }), ["name: use lower-case letters, digits and dashes"]],
    [
      "a cluster without VMs",
      (b) => ({ ...b, clusters: [{ ...b.clusters[0], vms: [] }] }),
      ["clusters.0.vms: Too small: expected array to have >=1 items"],
    ],
    [
      "a driver that is none",
      (b) => ({ ...b, machines: { driver: "magic" } }),
      ["machines.driver: Invalid discriminator value. Expected 'esx' | 'exec' | 'none'"],
    ],
    ["an unknown interval", (b) => ({ ...b, intervals: { nap: "1s" } }), ['intervals: Unrecognized key: "nap"']],
  ])("%s", (_what, change, expected) => {
    expect(faults(change(bed()))).toEqual(expected);
  });
});

test("needs a reason where nobody may reset the machines", () => {
  expect(faults({ ...bed(), machines: { driver: "none", reason: "shared" } })).toEqual([]);
  expect(faults({ ...bed(), machines: { driver: "none" } })).toEqual([
    "machines.reason: Invalid input: expected string, received undefined",
  ]);
});

test.each([
  [{ ca: "lab-ca.pem" }, true],
  [{ pin: `sha256:${"a".repeat(64)}` }, true],
  [{ pin: `sha256:${"A".repeat(64)}` }, false],
  [{ ca: "x", pin: `sha256:${"a".repeat(64)}` }, false],
  [{ insecure: true }, false],
])("trust of %j: %s", (trust, accepted) => {
  expect(trustSchema.safeParse(trust).success).toBe(accepted);
});

const SCRIPTS = { inspect: ["./i"], power: ["./p"], snapshot: ["./s"], revert: ["./r"], remove: ["./d"] };

test("takes five scripts in place of an endpoint", () => {
  expect(testBedSchema.parse({ ...bed(), machines: { driver: "exec", scripts: SCRIPTS } }).machines).toEqual({
    driver: "exec",
    scripts: SCRIPTS,
    environment: {},
    secrets: [],
    timeLimit: 120_000,
    limitations: [],
  });
});

test("names every fault of scripts and of a set-up", () => {
  const machines = {
    driver: "exec",
    scripts: { ...SCRIPTS, power: [] },
    environment: { "A-B": "" },
    limitations: [{ step: "fly", because: "" }],
  };
  const setup = { template: "t", bootstrap: [{ name: "n", argv: [] }], clonesAtOnce: 0, secrets: ["A b"] };
  expect(faults({ ...bed(), machines, setup }).map((fault) => fault.split(":")[0])).toEqual([
    "machines.scripts.power",
    "machines.environment.A-B",
    "machines.limitations.0.step",
    "machines.limitations.0.because",
    "setup.clonesAtOnce",
    "setup.bootstrap.0.argv",
    "setup.secrets.0",
  ]);
});
