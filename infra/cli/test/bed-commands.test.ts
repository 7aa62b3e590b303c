import { expect, test } from "vitest";
import type { ProgressEvent } from "@kubera-e2e/lifecycle";
import type { MachineInfo } from "@kubera-e2e/machines";
import { writeSetManifest } from "@kubera-e2e/schema/set";
import { progressLine } from "../src/bed-progress.ts";
import { statusLines, vmStatus, type BedStatus } from "../src/bed-status.ts";
import { droppedState, refuseUnmatched } from "../src/dropped-state.ts";
import { interruptibly } from "../src/interruption.ts";
import { restoredStateOf, setNameOf } from "../src/set-name.ts";

const BUILD = { KUBERA_BUILD: "1.12.0" };

test.each([
  ["bare", "bare"],
  ["director", "director@1.12.0"],
  ["director@1.11.0", "director@1.11.0"],
  ["openebs@1.13.0-RC1", "openebs@1.13.0-RC1"],
])("--state %s names the set %s", (text, name) => {
  expect(setNameOf(text, BUILD)).toBe(name);
});

test.each(["", "dir", "bare@1.12.0", "director@", "director@1@2", "Bare"])("refuses --state %j", (text) => {
  expect(() => setNameOf(text, BUILD)).toThrow(
    [
      `[USAGE] --state ${text} is no state of a bed`,
      "  where:   --state",
      "  because: the states are bare, director, openebs, openebs-base; all but bare may be followed by @ and a build",
      "  fix:     Write --state bare, --state director (build 1.12.0) or --state director@1.12.0.",
    ].join("\n"),
  );
});

test.each([
  [{ state: "director" }, "director@1.12.0"],
  [{ frozen: "20261128-051113-7772" }, "frozen:20261128-051113-7772"],
])("restores what %j names", (flags, name) => {
  expect(restoredStateOf(flags, BUILD)).toBe(name);
});

test.each([
  [{}, "[USAGE] nothing says what is to be restored"],
  [{ state: "bare", frozen: "x" }, "[USAGE] --state and --frozen cannot both be restored"],
])("refuses to restore %j", (flags, told) => {
  expect(() => restoredStateOf(flags, BUILD)).toThrow(told);
});

test.each([
  ["bare", "bare"],
  ["director", "director@1.12.0"],
  ["frozen:r1", "frozen:r1"],
])("--drop %s names the state %s", (text, name) => {
  expect(droppedState(text, BUILD)).toBe(name);
});

test("blames --drop for what is no state", () => {
  expect(() => droppedState("nonsense", BUILD)).toThrow(
    [
      "[USAGE] --drop nonsense is no state of a bed",
      "  where:   --drop",
      "  because: the states are bare, director, openebs, openebs-base; all but bare may be followed by @ and a build",
      "  fix:     Write --drop bare, --drop director (build 1.12.0) or --drop director@1.12.0.",
    ].join("\n"),
  );
});

const verdict = (state: string) => ({ set: "s", state, takenAt: "2026-11-24T04:00:00.000Z", why: "told", snapshots: [] });
const plan = { bed: "lab", goes: [verdict("frozen:r1")], stays: [verdict("bare"), verdict("bare")] };

test.each(["director@9.9.9", "frozen:zzz"])("refuses --drop %s, of which there is no set", (state) => {
  expect(() => refuseUnmatched(plan, state)).toThrow(
    [
      `[USAGE] the bed lab has no set of ${state}; nothing was touched`,
      "  where:   --drop",
      "  because: its sets are of bare, frozen:r1",
      "  fix:     Write one of these behind --drop, or leave it out.",
    ].join("\n"),
  );
});

test("refuses --drop of a bed without sets, and takes what is there", () => {
  expect(() => refuseUnmatched({ bed: "lab", goes: [], stays: [] }, "bare")).toThrow("because: it has no set at all");
  expect(() => refuseUnmatched(plan, "frozen:r1")).not.toThrow();
});

const event = (over: Partial<ProgressEvent>): ProgressEvent => ({
  at: "2026-11-24T04:46:22.379Z",
  verb: "restore",
  phase: "revert",
  state: "done",
  ...over,
});

test.each([
  [event({ state: "started", because: "18 steps" }), "04:46:22  revert                   ────────────────────── started  18 steps"],
  [event({ subject: "c1-master1", ms: 1240 }), "04:46:22  revert                   c1-master1             done 1.2 s"],
  [
    event({ subject: "c1-master1", state: "failed", because: "no" }),
    "04:46:22  revert                   c1-master1             failed  no",
  ],
  [event({ subject: "c1-master1", state: "started" }), undefined],
  [event({ subject: "c1-master1", state: "waiting", because: "40 %" }), undefined],
])("progress %# is told in one line or not at all", (told, line) => {
  expect(progressLine(told)).toBe(line);
});

const lease = {
  schema: "kubera-e2e/lease@1",
  bed: "lab",
  holder: "ann@host process 7",
  token: 3,
  since: "2026-11-24T04:00:00.000Z",
  until: "2126-11-24T04:01:30.000Z",
} as const;
const status = (over: Partial<BedStatus>): BedStatus => ({ bed: "lab", lease: undefined, mark: undefined, vms: [], frozen: [], ...over });

test.each<[string, Partial<BedStatus>, string]>([
  ["a bed nobody held", {}, "lab is free"],
  ["a bed given back", { lease: { ...lease, state: "free" } }, "lab is free"],
  [
    "a bed in use",
    { lease: { ...lease, state: "busy" } },
    "lab is busy: ann@host process 7 since 2026-11-24T04:00:00.000Z, until 2126-11-24T04:01:30.000Z",
  ],
  [
    "a holder that died",
    { lease: { ...lease, state: "busy", until: "2026-11-24T04:01:30.000Z" } },
    "lab is free; its last holder ended without giving it back: ann@host process 7, at the latest 2026-11-24T04:01:30.000Z",
  ],
  [
    "a bed left broken",
    { lease: { ...lease, state: "broken", reason: "[RESTORE_FAILED] no" } },
    "lab is free; its last holder left it broken: [RESTORE_FAILED] no",
  ],
])("says who holds %s", (_title, over, line) => {
  expect(statusLines(status(over))).toEqual([line, "nothing is known of its state"]);
});

const AT = "2026-11-24T04:00:00.000Z";

const snapshotOf = (bed: string, state: string): MachineInfo["snapshots"][number] => ({
  id: `${bed} ${state}`,
  name: state,
  description: writeSetManifest({ schema: "kubera-e2e/set@1", set: "20261124T040000Z", bed, state, takenAt: AT, memory: false, vms: 2 }),
  createdAt: AT,
  depth: 1,
  withMemory: false,
});

const machine = (...snapshots: MachineInfo["snapshots"]): MachineInfo => ({
  name: "c1-master1",
  power: "on",
  esxHost: "esx-1",
  snapshots,
  consolidationNeeded: false,
});

test.each<[string, MachineInfo, string]>([
  ["none", machine(), "none"],
  ["that of another bed on the same VM", machine(snapshotOf("other", "bare")), "none"],
  ["those of its own bed among others", machine(snapshotOf("other", "bare"), snapshotOf("lab", "bare")), "bare"],
  ["two of one state, which are both there", machine(snapshotOf("lab", "bare"), snapshotOf("lab", "bare")), "bare (2 sets)"],
  ["one of each state", machine(snapshotOf("lab", "bare"), snapshotOf("lab", "director@1.12.0")), "bare, director@1.12.0"],
  [
    "a snapshot with memory beside them",
    machine({ ...snapshotOf("lab", "bare"), description: "mine", withMemory: true }),
    "none  1 snapshot WITH MEMORY",
  ],
])("tells which sets a VM holds: %s", (_title, found, sets) => {
  expect(statusLines(status({ vms: [vmStatus("lab", found)] })).at(-1)).toBe(
    `  c1-master1               on         esx-1                sets: ${sets}`,
  );
});

test("lists frozen states with the line that brings each back", () => {
  const whole = { id: "r1", takenAt: AT, expiresAt: AT, because: "failed: TCID-7", flaw: undefined };
  const lines = statusLines(status({ frozen: [whole, { ...whole, id: "r2", flaw: "set s is on 1 of 2 VMs" }] }));
  expect(lines.slice(-2)).toEqual([
    "  frozen until 2026-11-24T04:00:00.000Z: failed: TCID-7\n    e2e bed restore lab --frozen r1",
    "  frozen until 2026-11-24T04:00:00.000Z: failed: TCID-7\n    cannot be brought back: set s is on 1 of 2 VMs",
  ]);
});

test("ends work in order at the first signal, and listens to no more of them", async () => {
  const before = process.listenerCount("SIGTERM");
  const work = interruptibly(
    "restore bare of the bed lab",
    (signal) =>
      new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
        process.emit("SIGTERM", "SIGTERM");
      }),
  );
  await expect(work).rejects.toThrow("[INTERRUPTED] restore bare of the bed lab was interrupted\n  where:   SIGTERM\n");
  expect(process.listenerCount("SIGTERM")).toBe(before);
});
