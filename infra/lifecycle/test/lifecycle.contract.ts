import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KINDS, type KubeObject } from "@kubera-e2e/kube";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings } from "@kubera-e2e/schema/settings";
import { startSim, type RunningSim } from "@kubera-e2e/sim";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensureState, loadTestBed, openBed, restoreSet, snapshotSet, type BedContext } from "../src/index.ts";
import { disconnectMember } from "../src/disconnect-member.ts";
import { restoreFileSchema } from "../src/restore-report.ts";

const BUILD = "1.12.0";

let sim: RunningSim;
let folder = "";
let context: BedContext;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "kubera-lifecycle-"));
  sim = await startSim({ speed: 300, shared: false });
  const settings = readSettings({ KUBERA_VALUES: sim.up.values, KUBERA_STORE: join(folder, "store") });
  context = await openBed(loadTestBed("sim", settings), settings, { redactor: new Redactor(), artifacts: join(folder, "run") });
});
afterAll(async () => {
  await context.close();
  await sim.close();
  rmSync(folder, { recursive: true, force: true });
});

const bootIds = async (): Promise<Map<string, string>> => {
  const ids = new Map<string, string>();
  for (const { name } of context.bed.clusters) {
    const kube = await context.kube(name);
    const nodes = await kube.list<KubeObject & { status: { nodeInfo: { bootID: string } } }>(KINDS.node);
    for (const node of nodes) ids.set(`${name}/${node.metadata.name}`, node.status.nodeInfo.bootID);
  }
  return ids;
};

const namespaces = async (cluster: string): Promise<string[]> =>
  (await (await context.kube(cluster)).list<KubeObject>(KINDS.namespace)).map(({ metadata }) => metadata.name);

describe("a simulated bed", () => {
  test("is restored to bare: every node boots anew, and what was created since is gone", async () => {
    const before = await bootIds();
    const kube = await context.kube("member");
    await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "left-behind" } });
    const { made } = await ensureState(context, "bare", { build: BUILD });
    const after = await bootIds();
    expect(made).toBe(false);
    expect([...after.keys()].toSorted()).toEqual([...before.keys()].toSorted());
    expect([...after].filter(([node, bootId]) => before.get(node) === bootId)).toEqual([]);
    expect(await namespaces("member")).not.toContain("left-behind");
  });

  test("has its Director made once, and restored from its own set after that", async () => {
    expect(await ensureState(context, "director", { build: BUILD })).toMatchObject({ state: "director@1.12.0", made: true });
    await context.pingDirector(new AbortController().signal);
    const director = await context.director();
    await director.signUp({ firstName: "Ann", lastName: "Lee", email: "ann@example.com", password: "Passw0rd!" });
    expect(await ensureState(context, "director", { build: BUILD })).toMatchObject({ made: false });
    const again = await (
      await context.director()
    ).signUp({ firstName: "Ann", lastName: "Lee", email: "ann@example.com", password: "Passw0rd!" });
    expect(again.session?.jwt).not.toBe("");
  }, 120_000);

  test("has its member connected and OpenEBS installed in the state openebs", async () => {
    expect(await ensureState(context, "openebs", { build: BUILD })).toMatchObject({ made: true });
    const director = await context.director();
    const group = await director.projectGroup();
    const member = (await group.clusters()).find(({ name }) => name === "sim-member");
    expect(member?.state).toBe("active");
    expect(await group.openebses({ clusterId: member?.id ?? "", state: "active" })).toHaveLength(1);
    expect(await namespaces("member")).toEqual(expect.arrayContaining(["maya-system", "openebs"]));
  }, 120_000);

  test("loses its member's record, agents and rights when it is disconnected, and a second time nothing", async () => {
    await disconnectMember(context, { cluster: "member" });
    const names = (await (await (await context.director()).projectGroup()).clusters()).map(({ name }) => name);
    expect(names).not.toContain("sim-member");
    expect(await namespaces("member")).not.toContain("maya-system");
    const bindings = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRoleBinding" };
    const left = await (await context.kube("member")).list<KubeObject>(bindings);
    expect(left.map(({ metadata }) => metadata.name)).not.toContain("maya-io-agents");
    await disconnectMember(context, { cluster: "member" });
  }, 120_000);

  test("comes back to bare from there with nothing of it left", async () => {
    await ensureState(context, "bare", { build: BUILD });
    expect(await namespaces("server")).not.toContain("kubera");
    expect(await namespaces("member")).not.toContain("openebs");
  });

  test("gives a set of its own that holds what was there, whoever takes it", async () => {
    const kube = await context.kube("server");
    await kube.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "kept" } });
    const manifest = await snapshotSet(context, { state: "bare" });
    expect(manifest).toMatchObject({ bed: "sim", state: "bare", memory: false, vms: 10 });
    expect(manifest.kubernetes).toMatch(/^v1\./);
    expect(manifest.lastUsableDay).toMatch(/^\d{4}-\d\d-\d\d$/);
    const report = await restoreSet(context, { state: "bare" });
    expect(report.set).toBe(manifest.set);
    expect(await namespaces("server")).toContain("kept");
  });

  test("has every restore with every step in restore.json", () => {
    const restores = restoreFileSchema.parse(JSON.parse(readFileSync(join(folder, "run", "restore.json"), "utf8")));
    expect(restores.every(({ outcome }) => outcome === "restored")).toBe(true);
    expect(restores.every(({ steps }) => steps.filter(({ phase }) => phase === "revert").length === 10)).toBe(true);
  });
});
