import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { timingOf } from "../src/bed-lease.ts";
import { isTaken } from "../src/lease.ts";
import { testBedSchema } from "../src/test-bed.ts";
import { BED_YAML } from "./sample-bed.ts";

const bed = (lease?: unknown, over: object = {}): unknown => ({
  ...(parse(BED_YAML.replace("${vsphere.url}", "https://vcenter.lab/sdk")) as object),
  ...(lease !== undefined && { lease }),
  ...over,
});

const faults = (value: unknown): string[] =>
  (testBedSchema.safeParse(value).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);

const TIMING = { ttl: 90_000, skew: 2000, call: 10_000 };

describe("block lease of a bed", () => {
  test.each([
    [undefined, { store: "file", ...TIMING }],
    [{}, { store: "file", ...TIMING }],
    [
      { ttl: "3m", skew: "0ms" },
      { store: "file", ttl: 180_000, skew: 0, call: 10_000 },
    ],
    [
      { store: "kubernetes", kubeconfig: "spare.yaml" },
      { store: "kubernetes", kubeconfig: "spare.yaml", namespace: "default", ...TIMING },
    ],
    [
      { store: "lock-vm", vm: "lock" },
      { store: "lock-vm", vm: "lock", ...TIMING },
    ],
  ])("%j is read as %j", (lease, read) => {
    expect(testBedSchema.parse(bed(lease)).lease).toEqual(read);
  });

  test("gives its timing in milliseconds", () => {
    expect(timingOf(testBedSchema.parse(bed()).lease)).toEqual({ ttlMs: 90_000, skewMs: 2000, callMs: 10_000 });
  });

  const ofBed = parse(BED_YAML) as { clusters: [{ kubeconfig: string; vms: [{ name: string }] }] };
  const [{ kubeconfig, vms }] = ofBed.clusters;

  test.each<[string, unknown, string[]]>([
    ["a store of no name", bed({ store: "redis" }), ["lease.store: must be file, kubernetes or lock-vm"]],
    ["an unknown key", bed({ store: "file", folder: "x" }), ['lease: Unrecognized key: "folder"']],
    ["a fraction of a second", bed({ ttl: "90500ms" }), ["lease.ttl: must be whole seconds"]],
    [
      "a time too short for its margins",
      bed({ ttl: "20s", skew: "1s" }),
      ["lease.ttl: skew and call together must be at most half of ttl: a holder stops that long before its lease ends"],
    ],
    [
      "a lease inside a cluster that is restored",
      bed({ store: "kubernetes", kubeconfig }),
      ["lease.kubeconfig: is a cluster of this bed, and a restore would bring its old leases back"],
    ],
    [
      "a lease inside a VM that is restored",
      bed({ store: "lock-vm", vm: vms[0].name }),
      ["lease.vm: is a VM of this bed, and a restore would bring its old leases back"],
    ],
    [
      "a lock VM without a vSphere",
      bed({ store: "lock-vm", vm: "lock" }, { machines: { driver: "none", reason: "shared" } }),
      ["lease.store: lock-vm needs machines of the driver esx, whose vSphere holds the VM"],
    ],
  ])("refuses %s", (_what, value, expected) => {
    expect(faults(value)).toEqual(expected);
  });
});

test.each([
  ["free", false, false],
  ["busy", true, false],
  ["cleaning", true, false],
  ["held", true, false],
  ["frozen", true, true],
  ["dirty", false, false],
  ["broken", false, false],
] as const)("%s keeps others out until its end: %s, and after it: %s", (state, before, after) => {
  const until = "2026-01-01T00:00:00.000Z";
  expect(isTaken({ state, until }, Date.parse(until) - 1)).toBe(before);
  expect(isTaken({ state, until }, Date.parse(until))).toBe(after);
});
