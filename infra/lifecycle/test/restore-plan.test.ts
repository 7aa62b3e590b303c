import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { describe, expect, test } from "vitest";
import { planRestore, printPlan } from "../src/index.ts";
import { failureOf, labBed, manifestOf, MemoryBed } from "./memory-bed.ts";

const NOW = Date.UTC(2026, 0, 1);
const VMS = ["a1", "a2", "a3", "b1", "b2"];

const withMargin = (hours: number): TestBed => {
  const bed = labBed();
  return { ...bed, limits: { ...bed.limits, certificateMargin: hours * 3_600_000 } };
};

const planOf = async (memory: MemoryBed, state = "bare") =>
  planRestore(memory.bed, await memory.machines.inspect(VMS), { state, nowMs: NOW });

describe("planRestore", () => {
  test.each([
    ["bare", { state: "bare", lastUsableDay: "2026-06-01" }],
    ["director", { state: "director@1.12.0" }],
  ])("plans the state %s as its golden file says", async (name, manifest) => {
    const memory = new MemoryBed().seed(manifest);
    await memory.machines.powerOff("a2");
    const plan = await planOf(memory, manifest.state);
    await expect(`${printPlan(plan)}\n`).toMatchFileSnapshot(`golden/restore-${name}.txt`);
  });

  test("takes the newest whole set and says which one it passed over", async () => {
    const memory = new MemoryBed().seed({ set: "old" }).seed({ set: "whole", takenAt: "2025-12-21T00:00:00.000Z" });
    memory.machines.seed("a1", manifestOf({ set: "torn", takenAt: "2025-12-22T00:00:00.000Z" }));
    const plan = await planOf(memory);
    expect(plan.manifest.set).toBe("whole");
    expect(plan.notes).toEqual(["passed over: set torn is on 1 of 5 VMs; without it: a2, a3, b1, b2"]);
  });

  test("carries the bootID of each snapshot to its node, so that it cannot come back unseen", async () => {
    const memory = new MemoryBed();
    for (const name of VMS) memory.machines.seed(name, manifestOf({ bootId: `old-${name}` }));
    const nodes = (await planOf(memory)).groups.find(({ phase }) => phase === "nodes ready");
    expect(nodes?.steps.map(({ subject, oldBootId }) => [subject, oldBootId])).toEqual([
      ["c1/n1", "old-a1"],
      ["c1/n2", "old-a2"],
      ["c1/n3", "old-a3"],
      ["c2/n1", "old-b1"],
      ["c2/n2", "old-b2"],
    ]);
  });

  test("waits for Director only in states that have one", async () => {
    const phases = async (state: string) => (await planOf(new MemoryBed().seed({ state }), state)).groups.map(({ phase }) => phase);
    expect(await phases("bare")).not.toContain("director ready");
    expect(await phases("openebs@1.12.0")).toContain("director ready");
  });
});

describe("a refusal", () => {
  const cases: readonly [string, () => MemoryBed, string][] = [
    [
      "without any set",
      () => new MemoryBed(),
      `[SET_MISSING] no VM of the bed lab carries a set for the state bare
  where:   a1, a2, a3, b1, b2
  because: none of their snapshots describes a set of this bed
  fix:     Bring the bed into that state and take it: e2e bed snapshot lab --state bare.`,
    ],
    [
      "with sets of other states only",
      () => new MemoryBed().seed({ state: "director@1.11.0" }).seed({ state: "bare", bed: "other" }),
      `[SET_MISSING] no VM of the bed lab carries a set for the state bare
  where:   a1, a2, a3, b1, b2
  because: the sets there hold director@1.11.0
  fix:     Bring the bed into that state and take it: e2e bed snapshot lab --state bare.`,
    ],
    [
      "with VMs on different sets",
      () => {
        const memory = new MemoryBed();
        for (const name of ["a1", "a2", "a3"]) memory.machines.seed(name, manifestOf({ set: "s1" }));
        for (const name of ["b1", "b2"]) memory.machines.seed(name, manifestOf({ set: "s2", takenAt: "2025-12-24T00:00:00.000Z" }));
        return memory;
      },
      `[SET_MIXED] no set of the bed lab for the state bare is whole
  where:   set s2 is on 2 of 5 VMs; without it: a1, a2, a3
           set s1 is on 3 of 5 VMs; without it: b1, b2
  because: one VM on another set than the others makes etcd and volumes of different times meet: all or nothing
  fix:     Take the set again over all VMs, and remove the snapshots of the sets named above.`,
    ],
    [
      "with a set of a bed that had more VMs",
      () => new MemoryBed().seed({ vms: 6 }),
      `[SET_MIXED] no set of the bed lab for the state bare is whole
  where:   set s1 was taken of 6 VMs, and the bed has 5
  because: one VM on another set than the others makes etcd and volumes of different times meet: all or nothing
  fix:     Take the set again over all VMs, and remove the snapshots of the sets named above.`,
    ],
    [
      "with one set twice on a VM",
      () => {
        const memory = new MemoryBed().seed();
        memory.machines.seed("b2", manifestOf());
        return memory;
      },
      `[SET_MIXED] no set of the bed lab for the state bare is whole
  where:   set s1 is on one VM twice
  because: one VM on another set than the others makes etcd and volumes of different times meet: all or nothing
  fix:     Take the set again over all VMs, and remove the snapshots of the sets named above.`,
    ],
    [
      "with memory in a snapshot",
      () => {
        const memory = new MemoryBed();
        for (const name of VMS) memory.machines.seed(name, manifestOf(), { withMemory: name === "a2" });
        return memory;
      },
      `[SET_WITH_MEMORY] 1 snapshot of the set carries memory
  where:   a2: bare (a2-snapshot-1)
  because: a revert would resume the processes of that time, with their old clocks, leases and certificates, instead of booting
  fix:     Remove these snapshots, power all VMs off and take the set again: e2e bed snapshot lab.`,
    ],
    [
      "whose certificates will not outlive a run",
      () => new MemoryBed(withMargin(36)).seed({ lastUsableDay: "2026-01-01" }),
      `[SET_REFUSED] set s1 of the bed lab must not be restored
  where:   state bare, 5 VMs
  because: a certificate inside it expires within limits.certificateMargin, 36 hours: its last usable day is 2026-01-01
  fix:     Renew its certificates: e2e bed renew lab --state bare
           Take it again (e2e bed snapshot lab) after removing what is too deep; or change the limits in the bed's file on purpose.`,
    ],
    [
      "with disks to consolidate",
      () => {
        const memory = new MemoryBed().seed();
        for (const name of ["a2", "b1"]) Object.assign(memory.machines.vms.get(name) ?? {}, { consolidationNeeded: true });
        return memory;
      },
      `[SET_REFUSED] set s1 of the bed lab must not be restored
  where:   state bare, 5 VMs
  because: disks need to be consolidated first, in the hypervisor's snapshot manager: a2, b1
  fix:     Take it again (e2e bed snapshot lab) after removing what is too deep; or change the limits in the bed's file on purpose.`,
    ],
    [
      "too old, too deep and with an expired certificate, all told at once",
      () => {
        const memory = new MemoryBed();
        for (const name of VMS)
          memory.machines.seed(name, manifestOf({ takenAt: "2025-11-01T00:00:00.000Z", lastUsableDay: "2025-12-31" }), {
            depth: name === "b1" ? 4 : 3,
          });
        return memory;
      },
      `[SET_REFUSED] set s1 of the bed lab must not be restored
  where:   state bare, 5 VMs
  because: it was taken 2025-11-01T00:00:00.000Z, 61 days ago, and limits.maxSetAge is 30 days
           its snapshots lie deeper than limits.maxSnapshotDepth 3 allows: b1 4
           a certificate inside it expired: its last usable day was 2025-12-31
  fix:     Renew its certificates: e2e bed renew lab --state bare
           Take it again (e2e bed snapshot lab) after removing what is too deep; or change the limits in the bed's file on purpose.`,
    ],
  ];

  test.each(cases)("is told for a bed %s", async (_case, bed, message) => {
    expect((await failureOf(planOf(bed()))).message).toBe(message);
  });

  test.each([
    ["exactly as old as allowed", { takenAt: "2025-12-02T00:00:00.000Z" }],
    ["on the last usable day of its certificates", { lastUsableDay: "2026-01-01" }],
  ])("is not told for a set %s", async (_case, manifest) => {
    expect((await planOf(new MemoryBed().seed(manifest))).manifest.set).toBe("s1");
  });

  test("is told for a VM that the hypervisor does not know", async () => {
    const memory = new MemoryBed().seed();
    memory.machines.vms.delete("b2");
    expect((await failureOf(planOf(memory))).code).toBe("MACHINE_MISSING");
  });

  test("is not told for snapshots as deep as allowed", async () => {
    const memory = new MemoryBed(labBed());
    for (const name of VMS) memory.machines.seed(name, manifestOf(), { depth: 3 });
    expect((await planOf(memory)).manifest.set).toBe("s1");
  });
});
