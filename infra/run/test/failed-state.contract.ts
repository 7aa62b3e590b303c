import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KINDS, type KubeObject } from "@kubera-e2e/kube";
import { loadTestBed, openBed, restoreSet, type BedContext } from "@kubera-e2e/lifecycle";
import { findFrozen } from "@kubera-e2e/lifecycle/sets";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings, type Settings } from "@kubera-e2e/schema/settings";
import { startSim, type RunningSim } from "@kubera-e2e/sim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startRunServer, type ProgressEvent } from "../src/index.ts";
import { joinSlot, leaveSlot } from "../src/worker.ts";
import type { JoinRequest } from "../src/wire.ts";

let sim: RunningSim;
let folder = "";
let context: BedContext;

const settingsOf = (keep: Settings["KUBERA_KEEP"]): Settings =>
  readSettings({ KUBERA_VALUES: sim.up.values, KUBERA_STORE: join(folder, "store"), KUBERA_KEEP: keep });

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kubera-keep-"));
  sim = await startSim({ speed: 300, shared: false });
  const settings = settingsOf("never");
  context = await openBed(loadTestBed("sim", settings), settings, { redactor: new Redactor() });
});
afterAll(async () => {
  await context.close();
  await sim.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = async (run: string, keep: Settings["KUBERA_KEEP"]) => {
  const events: ProgressEvent[] = [];
  const artifacts = join(folder, run);
  const server = await startRunServer({
    bed: "sim",
    settings: settingsOf(keep),
    run,
    artifacts,
    onProgress: (event) => events.push(event),
  });
  const told = (): string[] => events.flatMap(({ verb, because }) => (verb === "freeze" && because !== undefined ? [because] : []));
  return { server, told, address: { KUBERA_RUN_URL: server.url, KUBERA_RUN_TOKEN: server.token } };
};

const request = (test: string): JoinRequest => ({ slot: 0, state: "bare", build: "1.12.0", disturbs: false, test });

const frozen = async (): Promise<string[]> => {
  const vms = context.bed.clusters.flatMap((cluster) => cluster.vms.map(({ name }) => name));
  return findFrozen(context.bed, await context.machines.inspect(vms)).map(({ id, because }) => `${id}: ${because ?? ""}`);
};

const trace = async (name: string): Promise<void> => {
  const kube = await context.kube("member");
  await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
};

const namespaces = async (): Promise<string[]> =>
  (await (await context.kube("member")).list<KubeObject>(KINDS.namespace)).map(({ metadata }) => metadata.name);

describe("the state in which a test failed", () => {
  test("is kept before the restore that would end it, once in a run, and can be brought back", async () => {
    const { server, told, address } = await start("r1", "on-failure");
    await joinSlot(address, request("TCID-7"));
    await trace("left-by-the-failure");
    await leaveSlot(address, { slot: 0, dirty: true, failed: true });
    expect((await joinSlot(address, request("TCID-8"))).restoredMs).toBeGreaterThan(0);
    expect(await namespaces()).not.toContain("left-by-the-failure");
    await leaveSlot(address, { slot: 0, dirty: true, failed: true });
    await server.close();
    expect(told()).toEqual([expect.stringMatching(/^the state is kept until \S+; bring it back: e2e bed restore sim --frozen r1$/)]);
    expect(await frozen()).toEqual(["r1: failed: TCID-7"]);
    await restoreSet(context, { state: "frozen:r1" });
    await expect.poll(() => namespaces().catch(() => []), { timeout: 10_000 }).toContain("left-by-the-failure");
  });

  test("is kept at the end of the run when the last test failed", async () => {
    const { server, told, address } = await start("r2", "on-failure");
    await joinSlot(address, request("TCID-9"));
    await leaveSlot(address, { slot: 0, dirty: true, failed: true });
    await server.close();
    expect(told()).toHaveLength(1);
    expect(await context.marks.read("sim")).toMatchObject({ state: "clean", holds: "bare" });
    expect(await frozen()).toEqual(["r2: failed: TCID-9", "r1: failed: TCID-7"]);
  });

  test("is not kept when the bed holds as many as it may; the run ends as ever", async () => {
    const { server, told, address } = await start("r3", "on-failure");
    await joinSlot(address, request("TCID-9"));
    await leaveSlot(address, { slot: 0, dirty: true, failed: true });
    await server.close();
    expect(told()).toEqual([
      "the state is not kept: sets.frozen.keep is 2, and the bed holds r2, r1; make room: e2e bed gc sim --drop frozen:ID",
    ]);
  });

  test.each([
    ["never", true],
    ["on-failure", false],
  ] as const)("is not kept with KUBERA_KEEP=%s when a test has failed: %s", async (keep, failed) => {
    const { server, told, address } = await start(`r-${keep}`, keep);
    await joinSlot(address, request("TCID-9"));
    await leaveSlot(address, { slot: 0, dirty: true, failed });
    await server.close();
    expect(told()).toEqual([]);
  });
});
