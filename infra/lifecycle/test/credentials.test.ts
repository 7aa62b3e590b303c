import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSettings } from "@kubera-e2e/schema/settings";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { credentialsFor } from "../src/credentials.ts";
import { failureOf, labBed } from "./memory-bed.ts";

let folder = "";
let values = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kubera-values-"));
  values = join(folder, "values.json");
  writeFileSync(
    values,
    JSON.stringify({ secrets: { vsphere: { username: "from-file", password: "p" }, half: { username: "", password: "p" } } }),
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OWN = { KUBERA_SECRET_VSPHERE_USERNAME: "from-environment", KUBERA_SECRET_VSPHERE_PASSWORD: "p" };
const GOVC = { GOVC_USERNAME: "from-govc", GOVC_PASSWORD: "p" };

const userOf = (environment: Record<string, string>, name = "vsphere"): string =>
  credentialsFor(labBed(), name, readSettings(environment)).username;

describe("credentialsFor", () => {
  test("takes the secret's own variables first, then the values file, then GOVC", () => {
    expect(userOf({ ...OWN, ...GOVC, KUBERA_VALUES: values })).toBe("from-environment");
    expect(userOf({ ...GOVC, KUBERA_VALUES: values })).toBe("from-file");
    expect(userOf(GOVC)).toBe("from-govc");
  });

  test("does not mix the halves of two sources", () => {
    expect(userOf({ KUBERA_SECRET_VSPHERE_USERNAME: "half", KUBERA_VALUES: values })).toBe("from-file");
  });

  test("gives GOVC's credentials to the hypervisor only", async () => {
    const told = await failureOf((async () => userOf(GOVC, "director-admin"))());
    expect(told.message).toBe(`[SECRET_MISSING] the secret "director-admin" of the bed lab is not given
  where:   KUBERA_SECRET_DIRECTOR_ADMIN_USERNAME and KUBERA_SECRET_DIRECTOR_ADMIN_PASSWORD
  because: beds refer to secrets by name only; neither the environment nor the file of KUBERA_VALUES has both its parts
  fix:     Set both variables; .env is read too.`);
  });

  test("names GOVC's variables too when the hypervisor's secret is missing", async () => {
    const told = await failureOf((async () => userOf({}))());
    expect(told.fix).toBe("Set both variables, or GOVC_USERNAME and GOVC_PASSWORD; .env is read too.");
  });

  test("counts an empty user as missing", async () => {
    expect((await failureOf((async () => userOf({ KUBERA_VALUES: values }, "half"))())).code).toBe("SECRET_MISSING");
  });
});
