import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Recorder } from "@kubera-e2e/evidence";
import { factSchema, type Fact } from "@kubera-e2e/schema/evidence";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { RecordedApi } from "./recorded-api.ts";

export const eventually = (what: string, holds: () => boolean): Promise<true> =>
  waitUntil({ what, deadlineMs: 8000, intervalMs: 10, probe: async () => (holds() ? reached(true as const) : notYet("not so")) });

/** A recorder on an API of its own, from after its first lists on, and what it has written. */
export const record = async (redactor = new Redactor()) => {
  const api = new RecordedApi();
  await api.start();
  const client = api.open();
  const folder = mkdtempSync(join(tmpdir(), "kubera-recorder-"));
  const recorder = new Recorder({ bed: "sim", kube: client, folder, namespaces: ["kubera"], redactor });
  const hasBegun = async () =>
    (await recorder.between(new Date(0), new Date(0))).gaps.length === 0 ? reached(true) : notYet("there are gaps");
  await waitUntil({ what: "the first lists are read", deadlineMs: 5000, intervalMs: 5, probe: hasBegun });
  const linesOf = (file: string): unknown[] => {
    const path = join(folder, "server", file);
    if (!existsSync(path)) return [];
    const whole = readFileSync(path, "utf8").split("\n").slice(0, -1);
    return whole.map((line): unknown => JSON.parse(line));
  };
  return {
    api,
    recorder,
    linesOf,
    facts: (file: string): Fact[] => linesOf(file).map((line) => factSchema.parse(line)),
    [Symbol.asyncDispose]: async () => {
      await recorder.close();
      client.close();
      await api[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
