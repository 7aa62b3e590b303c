import { assert, nat, property, string } from "fast-check";
import { describe, expect, test } from "vitest";
import { inspectTestBed, parseTestBed } from "../src/parse-test-bed.ts";
import { BED_YAML, VALUES } from "./sample-bed.ts";

const lines = (text: string): string[] =>
  inspectTestBed(text, VALUES).faults.map(({ line, column, message }) => `${line}:${column} ${message}`);

test("fills in values and gives the bed", () => {
  expect(parseTestBed(BED_YAML, "konvoy.yaml", VALUES)).toMatchObject({
    name: "konvoy",
    machines: { endpoint: "https://vcenter.lab/sdk" },
  });
});

test("names five faults at once, in the order of the lines", () => {
  const text = BED_YAML.replace("kind: TestBed", "kind: Bed")
    .replace("name: konvoy", "name: Konvoy")
    .replace("role: server", "role: boss")
    .replace("power: 90s", "power: soon")
    .replace("registry:", "colour: red\nregistry:");
  expect(lines(text)).toEqual([
    '2:1 kind: Invalid input: expected "TestBed"',
    "3:1 name: use lower-case letters, digits and dashes",
    '11:5 clusters.0.role: Invalid option: expected one of "server"|"member"',
    "16:1 colour: unknown key",
    '19:14 intervals.power: "soon" is not a duration: write 250ms, 90s, 10m, 1h30m or 30d',
  ]);
});

describe("names the place of", () => {
  test.each([
    [
      "a value that nobody gives",
      BED_YAML.replace("${vsphere.url}", "${vsphere.door}"),
      ["7:13 ${vsphere.door}: no value of this name; KUBERA_VALUES names the file that gives it"],
    ],
    [
      "an unknown key deep inside",
      BED_YAML.replace("plane: control }", "plane: control, cores: 4 }"),
      ["14:50 clusters.0.vms.0.cores: unknown key"],
    ],
    ["a key that is there twice", BED_YAML.replace("target: real", "target: real\ntarget: sim"), ["5:1 Map keys must be unique"]],
    ["a VM that is there twice", BED_YAML.replace("vm-2", "vm-1"), ['15:11 clusters.0.vms.1.name: VM "vm-1" is there twice']],
    ["an empty file", "", ["1:1 the file is empty"]],
  ])("%s", (_what, text, expected) => {
    expect(lines(text)).toEqual(expected);
  });
});

test("throws every fault as file:line:column", () => {
  const text = BED_YAML.replace("kind: TestBed", "kind: Bed").replace("name: konvoy", "name: Konvoy");
  expect(() => parseTestBed(text, "beds/konvoy.yaml", VALUES)).toThrow(
    '[BED_INVALID] beds/konvoy.yaml has 2 faults\n  where:   beds/konvoy.yaml:2:1  kind: Invalid input: expected "TestBed"\n           beds/konvoy.yaml:3:1  name: use lower-case letters, digits and dashes\n  because: a bed is used only when its whole file is understood\n  fix:     Correct the lines above; infra/testbeds/schema.json describes every key and editors can check it while you type.',
  );
});

test("finds a fault in any text that is no bed, and never throws", () => {
  assert(property(string(), (text) => inspectTestBed(text, VALUES).faults.length > 0));
});

test("finds a fault wherever a line of a bed is cut off", () => {
  const all = BED_YAML.split("\n");
  assert(
    property(nat(all.length - 2), (n) => {
      const { bed, faults } = inspectTestBed(all.slice(0, n).join("\n"), VALUES);
      return bed !== undefined || faults.every(({ line, column }) => line >= 1 && column >= 1);
    }),
  );
});
