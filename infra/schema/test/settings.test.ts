import { describe, expect, test } from "vitest";
import { KuberaError } from "../src/kubera-error.ts";
import { askedColumns, describeSettings, readSettings } from "../src/settings.ts";

type Environment = Readonly<Record<string, string>>;

const errorOf = (environment: Environment): KuberaError => {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof KuberaError) return error;
  }
  throw new Error("it was accepted");
};

test("has a default for everything that may be left out", () => {
  expect(readSettings({})).toMatchObject({
    KUBERA_BUILD: "1.12.0",
    KUBERA_GUI: false,
    KUBERA_CHAOS: false,
    KUBERA_RESET: "dirty",
    KUBERA_SIM_SPEED: 300,
    ARTIFACTS: "_artifacts",
    CI: false,
  });
});

describe("reads", () => {
  test.each<[string, Environment, object]>([
    ["a flag of 1", { KUBERA_GUI: "1" }, { KUBERA_GUI: true }],
    ["a flag of 0", { KUBERA_GUI: "0" }, { KUBERA_GUI: false }],
    ["an empty flag", { KUBERA_GUI: "" }, { KUBERA_GUI: false }],
    ["CI of any text", { CI: "woodpecker" }, { CI: true }],
    ["a speed", { KUBERA_SIM_SPEED: "12.5" }, { KUBERA_SIM_SPEED: 12.5 }],
    ["an existing Director", { KUBERA_HOST: "https://director.lab" }, { KUBERA_HOST: "https://director.lab" }],
  ])("%s", (_what, environment, expected) => {
    expect(readSettings(environment)).toMatchObject(expected);
  });
});

test("reads secrets by name", () => {
  const { secrets } = readSettings({ KUBERA_SECRET_DIRECTOR_ADMIN_USERNAME: "admin", KUBERA_SECRET_DIRECTOR_ADMIN_PASSWORD: "x" });
  expect([...secrets]).toEqual([["director-admin", { username: "admin", password: "x" }]]);
});

describe("takes a shard", () => {
  test.each<[string, Environment, object | undefined]>([
    ["of GitLab, which counts from 1", { CI_NODE_INDEX: "2", CI_NODE_TOTAL: "3" }, { index: 2, total: 3 }],
    ["of a Kubernetes Job, which counts from 0", { JOB_COMPLETION_INDEX: "0", CI_NODE_TOTAL: "3" }, { index: 1, total: 3 }],
    ["of nobody", {}, undefined],
    ["of a total alone for none", { CI_NODE_TOTAL: "3" }, undefined],
  ])("%s", (_what, environment, shard) => {
    expect(readSettings(environment).shard).toEqual(shard);
  });
});

describe("refuses", () => {
  test.each<[string, Environment, string]>([
    [
      "a setting that nobody reads",
      { KUBERA_BEDS: "x" },
      "[SETTING_UNKNOWN] nobody reads KUBERA_BEDS\n  where:   the environment of this process, or .env\n  because: a misspelt setting would silently do nothing\n  fix:     KUBERA_BEDS: did you mean KUBERA_BED?",
    ],
    [
      "two values that cannot be used, at once",
      { KUBERA_HOST: "director", KUBERA_RESET: "sometimes" },
      '[SETTING_INVALID] 2 settings have a value that cannot be used\n  where:   KUBERA_RESET: Invalid option: expected one of "always"|"dirty"|"never"\n           KUBERA_HOST: must be an http or https URL\n  because: settings are read once and whole, before anything starts\n  fix:     Correct the values above, in the environment or in .env.',
    ],
    [
      "GOVC_INSECURE",
      { GOVC_INSECURE: "1" },
      "[SETTING_REFUSED] GOVC_INSECURE is set, and certificates are always verified here\n  where:   GOVC_INSECURE in the environment of this process\n  because: whoever sits between would get the vSphere password\n  fix:     Unset GOVC_INSECURE and name the CA in GOVC_TLS_CA_CERTS, or pin the certificate in the bed's file: machines.trust.pin.",
    ],
    [
      "an index of GitLab without a total",
      { CI_NODE_INDEX: "1" },
      "[SHARD_INDEX_WITHOUT_TOTAL] CI_NODE_INDEX is set and CI_NODE_TOTAL is not\n  where:   the environment of this process\n  because: each shard would run the whole suite and all would look green\n  fix:     Set CI_NODE_TOTAL to the number of shards, or unset CI_NODE_INDEX.",
    ],
  ])("%s", (_what, environment, message) => {
    expect(errorOf(environment).message).toBe(message);
  });

  test.each<[string, Environment, string]>([
    ["an index of GitLab that counts from 0", { CI_NODE_INDEX: "0", CI_NODE_TOTAL: "3" }, "CI_NODE_INDEX, 0 of 3"],
    ["an index of GitLab beyond the total", { CI_NODE_INDEX: "4", CI_NODE_TOTAL: "3" }, "CI_NODE_INDEX, 4 of 3"],
    ["an index of a Kubernetes Job beyond the total", { JOB_COMPLETION_INDEX: "3", CI_NODE_TOTAL: "3" }, "JOB_COMPLETION_INDEX, 4 of 3"],
  ])("%s", (_what, environment, named) => {
    const [name = "", shard = ""] = named.split(", ");
    expect(errorOf(environment).message).toBe(
      [
        `[SETTING_INVALID] ${name} and CI_NODE_TOTAL name no part of the suite`,
        `  where:   shard ${shard}, counted from 1`,
        "  because: CI_NODE_INDEX counts from 1 and JOB_COMPLETION_INDEX from 0, and neither goes beyond CI_NODE_TOTAL",
        "  fix:     Set CI_NODE_TOTAL to the number of shards that are started.",
      ].join("\n"),
    );
  });

  test("an index of a Kubernetes Job without a total", () => {
    expect(errorOf({ JOB_COMPLETION_INDEX: "0" }).code).toBe("SHARD_INDEX_WITHOUT_TOTAL");
  });
});

test.each([".", "..", "../infra", "-f", "a/b", ""])("refuses the run id %j, which is no folder's name", (run) => {
  expect(errorOf({ KUBERA_RUN: run }).message).toContain("KUBERA_RUN: must be letters, digits");
});

test.each(["0", "false", "FALSE", ""])("accepts GOVC_INSECURE=%j, which weakens nothing", (value) => {
  expect(() => readSettings({ GOVC_INSECURE: value })).not.toThrow();
});

test("knows the values of further data centres in their order, and no others", () => {
  expect(readSettings({ KUBERA_VALUES: "/1", KUBERA_VALUES_3: "/3", KUBERA_VALUES_2: "/2" }).moreValues).toEqual(["/2", "/3"]);
  expect(errorOf({ KUBERA_VALUES_1: "/1" }).code).toBe("SETTING_UNKNOWN");
});

test("describes every setting", () => {
  const described = describeSettings();
  expect(described.map(({ name }) => name)).toContain("KUBERA_STORE");
  expect(described.filter(({ meaning }) => meaning === "")).toEqual([]);
});

test.each([
  [{ COLUMNS: "72" }, 72],
  [{}, undefined],
  [{ COLUMNS: "" }, undefined],
  [{ COLUMNS: "wide" }, undefined],
  [{ COLUMNS: "0" }, undefined],
  [{ COLUMNS: "-5" }, undefined],
])("reads the columns of %o", (environment, columns) => {
  expect(askedColumns(environment)).toBe(columns);
});
