import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings } from "@kubera-e2e/schema/settings";
import { afterAll, expect, test } from "vitest";
import { openBed } from "../src/open-bed.ts";
import { labBed } from "./memory-bed.ts";

const folder = mkdtempSync(join(tmpdir(), "known-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a bed that is open tells no secret of its settings or values in its progress", async () => {
  const values = join(folder, "values.json");
  writeFileSync(values, JSON.stringify({ secrets: { vsphere: { username: "root", password: "of-values" } } }));
  const settings = readSettings({
    KUBERA_VALUES: values,
    KUBERA_STORE: folder,
    KUBERA_PASS: "of-pass",
    GOVC_PASSWORD: "of-govc",
    KUBERA_SECRET_NODE_SSH_USERNAME: "root",
    KUBERA_SECRET_NODE_SSH_PASSWORD: "-----BEGIN KEY-----\nfirst-line-of-the-key\n-----END KEY-----",
  });
  const told: (string | undefined)[] = [];
  const context = await openBed(labBed(), settings, { redactor: new Redactor(), onProgress: ({ because }) => told.push(because) });
  for (const because of ["of-values", "of-pass", "of-govc", "first-line-of-the-key", "nothing secret"])
    context.onProgress({ at: "", verb: "setup", phase: "bootstrap", state: "note", because });
  await context.close();
  expect(told).toEqual([...Array.from({ length: 4 }, () => "«redacted»"), "nothing secret"]);
});
