import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { describe, expect, test } from "vitest";
import type { BedContext } from "../src/bed-context.ts";
import { restoreSet } from "../src/index.ts";
import { planRenew } from "../src/renew-set.ts";
import { findSets, planRenewNow, printRenewPlan, renewSet, type RunCommand } from "../src/sets.ts";
import { failureOf, labBed, LAB, manifestOf, MemoryBed } from "./memory-bed.ts";
import { MortalProcess, type Death } from "./mortal-bed.ts";

const VMS = ["a1", "a2", "a3", "b1", "b2"];
const STEPS = `renew:
  steps:
    - { name: certificates, each: control, argv: [ssh, "{node}", sudo, kubeadm, certs, renew, all], retryUntil: 2m }
    - { name: kubelet, each: node, argv: [renew-kubelet, "{cluster}", "{vm}"] }
    - { name: kubeconfig, argv: [fetch, "{kubeconfig}"] }
`;

const bed = () => parseTestBed(LAB + STEPS, "lab.yaml");

const OLD = { set: "old", lastUsableDay: "2026-01-02", takenAt: "2025-01-01T00:00:00.000Z" };

/** A bed whose commands renew the certificates, which are told from then on; they go back with a revert, as disks do. */
const renewable = () => {
  const memory = new MemoryBed(bed()).seed(OLD);
  const commands: string[] = [];
  let until = "2026-01-02T23:59:59.000Z";
  memory.serverLook = () => ({ dateMs: Math.floor(memory.clock.now() / 1000) * 1000, certificatesUntil: until });
  const run: RunCommand = ({ argv }) => {
    commands.push(argv.join(" "));
    if (argv[0] === "fetch") until = "2027-01-01T12:00:00.000Z";
    return Promise.resolve();
  };
  const renew = (context: BedContext, over: { run?: RunCommand } = {}) =>
    renewSet(context, { state: "bare", run, reopen: () => Promise.resolve(context), ...over });
  return { memory, commands, renew };
};

const setsOf = async (memory: MemoryBed): Promise<string[]> =>
  findSets(memory.bed, await memory.machines.inspect(VMS)).map(
    ({ manifest, flaw }) => `${manifest.set}${flaw === undefined ? "" : " half"}`,
  );

const planOf = async (memory: MemoryBed) =>
  planRenew(memory.bed, await memory.machines.inspect(VMS), { state: "bare", nowMs: memory.clock.now() });

describe("renewSet", () => {
  test("restores a set that is too old to be used, runs every command in order, takes the set again and removes the old one", async () => {
    const { memory, commands, renew } = renewable();
    const renewed = await memory.settle(renew(memory.context));
    expect(commands).toEqual([
      "ssh n1 sudo kubeadm certs renew all",
      "ssh n1 sudo kubeadm certs renew all",
      ...VMS.map((vm) => `renew-kubelet ${vm.startsWith("a") ? "c1" : "c2"} ${vm}`),
      "fetch /c1.yaml",
      "fetch /c2.yaml",
    ]);
    expect(renewed).toMatchObject({ bed: "lab", state: "bare", dropped: "old", lastUsableDay: "2026-12-31" });
    expect(await setsOf(memory)).toEqual([renewed.set]);
    expect(memory.machines.vms.get("a1")?.snapshots.map(({ depth }) => depth)).toEqual([1]);
    expect((await memory.settle(restoreSet(memory.context, { state: "bare" }))).set).toBe(renewed.set);
  });

  test("gives each command the bed, its cluster and nodes, and the kubeconfig", async () => {
    const { memory, renew } = renewable();
    const seen: Record<string, string>[] = [];
    const run: RunCommand = ({ environment }) => {
      seen.push({ ...environment });
      return Promise.resolve();
    };
    await failureOf(memory.settle(renew(memory.context, { run })));
    const server = { BED: "lab", BED_CLUSTER: "c1", BED_CONTROL_NODES: "n1", BED_WORKER_NODES: "n2 n3", KUBECONFIG: "/c1.yaml" };
    expect(seen[0]).toEqual({ ...server, BED_NODE: "n1", BED_VM: "a1" });
    expect(seen.at(-2)).toEqual(server);
  });

  test("tries a command again while its VM boots, as long as the step says", async () => {
    const { memory, renew } = renewable();
    let left = 3;
    const failing: RunCommand = ({ argv }) =>
      argv[0] === "ssh" && left-- > 0 ? Promise.reject(new Error("ssh ended with 255")) : Promise.resolve();
    await failureOf(memory.settle(renew(memory.context, { run: failing })));
    const waits = memory.events.filter(({ verb, state }) => verb === "renew" && state === "waiting");
    expect(waits.map(({ because }) => because)).toEqual(Array.from({ length: 3 }, () => "ssh ended with 255; trying again"));
  });

  test("does not go on before a command that is late has ended", async () => {
    const { memory, renew } = renewable();
    const told: string[] = [];
    const slowToEnd: RunCommand = async ({ signal }) => {
      told.push("begun");
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
      await memory.clock.sleep(3000, new AbortController().signal);
      told.push("ended");
      signal.throwIfAborted();
    };
    await failureOf(memory.settle(renew(memory.context, { run: slowToEnd })));
    expect(told).toEqual(["begun", "ended"]);
  });

  test("leaves the old set whole when a command fails, and says how to go on", async () => {
    const { memory, renew } = renewable();
    const failing: RunCommand = ({ argv }) =>
      argv[0] === "renew-kubelet" ? Promise.reject(new Error("renew-kubelet ended with 1\n           no such file")) : Promise.resolve();
    expect((await failureOf(memory.settle(renew(memory.context, { run: failing })))).message)
      .toBe(`[RENEW_FAILED] "kubelet" failed on c1/n1 of the bed lab
  where:   renew-kubelet c1 a1
  because: renew-kubelet ended with 1
           no such file
  fix:     Repair it; the set of before is whole and can be restored. Then go on with: e2e bed renew lab --state bare`);
    expect(await setsOf(memory)).toEqual(["old"]);
    expect(memory.marks.at(-1)?.state).toBe("broken");
  });

  test("does not take a set whose certificates hold no longer than before", async () => {
    const { memory, renew } = renewable();
    const failure = await failureOf(memory.settle(renew(memory.context, { run: () => Promise.resolve() })));
    expect(failure.because).toBe(
      "their last usable day is 2026-01-02, before it was 2026-01-02; the client certificate in the kubeconfig counts too",
    );
    expect(await setsOf(memory)).toEqual(["old"]);
  });

  test("does not take a set whose nodes do not become ready", async () => {
    const { memory, renew } = renewable();
    memory.sick.add("c2/n2");
    const failure = await failureOf(memory.settle(renew(memory.context)));
    expect(failure.code).toBe("RESTORE_FAILED");
    expect(failure.fix).toContain("go on with: e2e bed renew lab --state bare");
    expect(await setsOf(memory)).toEqual(["old"]);
  });

  test("killed at every call, before and after its effect: the old or the new set is whole, and the same again finishes", async () => {
    const witness = renewable();
    const process = new MortalProcess(witness.memory);
    expect(await process.live(witness.memory, (context) => witness.renew(context))).toBe("ended");
    const deaths = process.calls.flatMap((_call, index): Death[] => [
      { call: index + 1, side: "before" },
      { call: index + 1, side: "after" },
    ]);
    expect(deaths.length).toBeGreaterThanOrEqual(60);
    for (const death of deaths) {
      const { memory, renew } = renewable();
      await new MortalProcess(memory, death).live(memory, (context) => renew(context));
      const whole = (await setsOf(memory)).filter((set) => !set.endsWith("half"));
      expect(whole.length, JSON.stringify(death)).toBeGreaterThan(0);
      const again = await memory.settle(renew(memory.context));
      expect(await setsOf(memory)).toEqual([again.set]);
      expect(memory.marks.at(-1)?.state, JSON.stringify(death)).not.toBe("broken");
      expect((await memory.settle(restoreSet(memory.context, { state: "bare" }))).set).toBe(again.set);
    }
  }, 60_000);
});

describe("planRenew", () => {
  test("prints every command", async () => {
    await expect(`${printRenewPlan(await planOf(renewable().memory))}\n`).toMatchFileSnapshot("golden/renew-plan.txt");
  });

  test("brings all VMs back to a new set whose renewal died, however old it is by now", async () => {
    const { memory, renew } = renewable();
    const dead = { ...memory.context.marks, write: () => Promise.reject(new Error("killed")) };
    let marks = 0;
    const dying: BedContext = {
      ...memory.context,
      marks: { ...dead, write: (mark) => (mark.state === "dirty" || marks++ > 9 ? dead.write() : memory.context.marks.write(mark)) },
    };
    await expect(memory.settle(renew(dying))).rejects.toThrow("killed");
    await memory.clock.advance(31 * 86_400_000);
    const plan = await planRenewNow(memory.context, "bare");
    expect(printRenewPlan(plan)).toBe(
      `renew lab bare: set ${plan.set} is renewed already; bring all VMs back to it, and they stay off; then remove what is left of old`,
    );
    expect(await memory.settle(renew(memory.context))).toMatchObject({ set: plan.set, dropped: "old", areVmsOff: true });
    expect(memory.marks.at(-1)).toMatchObject({ state: "dirty", set: plan.set });
    expect(await setsOf(memory)).toEqual([plan.set]);
  });

  test("leaves VMs as they are where only the old set is left to be removed, and says so", async () => {
    const { memory, renew } = renewable();
    memory.seed({ set: "new", renews: "old", takenAt: "2025-12-01T00:00:00.000Z" });
    const power = () => [...memory.machines.vms.values()].map((vm) => vm.power);
    const before = power();
    expect(await memory.settle(renew(memory.context))).toMatchObject({ set: "new", dropped: "old", areVmsOff: false });
    expect(power()).toEqual(before);
  });

  test("promises no revert that would be refused", async () => {
    const { memory } = renewable();
    memory.seed({ set: "new", renews: "old", takenAt: "2025-12-01T00:00:00.000Z" });
    const [vm] = memory.machines.vms.values();
    if (vm !== undefined) vm.consolidationNeeded = true;
    const broken = { ...memory.context, mixed: () => "a renewal was begun" };
    await expect(planRenewNow(broken, "bare")).rejects.toMatchObject({ code: "SET_REFUSED" });
    await expect(planRenewNow(memory.context, "bare")).resolves.toMatchObject({ onlyDrops: "old", reverts: false });
  });

  test("only removes the old set when a renewal died behind its new one", async () => {
    const memory = new MemoryBed(bed()).seed(OLD).seed({ set: "new", renews: "old", takenAt: "2025-12-01T00:00:00.000Z" });
    expect(printRenewPlan(await planOf(memory))).toBe("renew lab bare: set new is renewed already; remove what is left of old");
  });

  test("is refused for a bed that declares no steps", async () => {
    expect((await failureOf(planOf(new MemoryBed(labBed()).seed()))).message)
      .toBe(`[RENEW_UNDECLARED] the bed lab does not say how its certificates are renewed
  where:   renew.steps in the bed's file
  because: certificates are renewed by commands that only its owner knows: kubeadm, RKE and Konvoy each have their own
  fix:     Declare them; docs/test-beds.md has the steps for kubeadm.`);
  });

  test("is refused when the new set would lie too deep to be restored, before anything is touched", async () => {
    const memory = new MemoryBed(bed());
    for (const vm of VMS) memory.machines.seed(vm, manifestOf(OLD), { depth: vm === "b1" ? 3 : 2 });
    expect((await failureOf(planOf(memory))).message).toBe(`[SET_REFUSED] the renewed set of the bed lab would lie too deep to be restored
  where:   b1
  because: it is taken on top of the set of before, which lies as deep as limits.maxSnapshotDepth 3 allows
  fix:     Renew the set it was made from, and make this state from that again; or raise the limit on purpose.`);
  });
});
