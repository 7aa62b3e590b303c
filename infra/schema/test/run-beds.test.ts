import { describe, expect, test } from "vitest";
import { settingsOfSlot, writeRunBeds } from "../src/run-beds.ts";
import { readSettings } from "../src/settings.ts";

const bed = (name: string) => ({
  KUBERA_BED: name,
  KUBERA_VALUES: `/tmp/${name}/values.json`,
  KUBERA_STORE: `/tmp/${name}`,
  KUBERA_RUN_URL: "tcp://127.0.0.1:1",
  KUBERA_RUN_TOKEN: `token of ${name}`,
});

describe("a worker", () => {
  test("has the settings of its process where a run has one bed", () => {
    const settings = readSettings({ KUBERA_BED: "sim" });
    expect(settingsOfSlot(settings, 3)).toBe(settings);
  });

  test.each([
    [0, "sim"],
    [1, "sim-2"],
    [2, "sim"],
  ])("in slot %i is on the bed %s of two", (slot, name) => {
    const settings = readSettings({ KUBERA_BUILD: "1.12.0", KUBERA_RUN_BEDS: writeRunBeds([bed("sim"), bed("sim-2")]) });
    expect(settingsOfSlot(settings, slot)).toMatchObject({ ...bed(name), KUBERA_BUILD: "1.12.0" });
  });
});
