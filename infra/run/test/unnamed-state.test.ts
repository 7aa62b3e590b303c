import type { BedState } from "@kubera-e2e/schema/bed-state";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import type { JoinRequest } from "../src/wire.ts";
import { Course, RESTORE_MS } from "./course.ts";

describe("a test that names no state", () => {
  const PRESENT: readonly { what: string; before: Partial<JoinRequest>; dirty?: boolean; state: BedState; restored: readonly string[] }[] =
    [
      { what: "a bed in no state", before: {}, state: "director", restored: ["director@1"] },
      { what: "one with a Director", before: { state: "director" }, state: "director", restored: ["director@1"] },
      { what: "one with OpenEBS too", before: { state: "openebs" }, state: "openebs", restored: ["openebs@1"] },
      { what: "one with an older OpenEBS", before: { state: "openebs-base" }, state: "openebs-base", restored: ["openebs-base@1"] },
      { what: "a bare one", before: { state: "bare" }, state: "director", restored: ["bare@1", "director@1"] },
      { what: "a dirty one", before: { state: "openebs" }, dirty: true, state: "openebs", restored: ["openebs@1", "openebs@1"] },
      {
        what: "one of another build",
        before: { state: "openebs", build: "2" },
        state: "openebs",
        restored: ["openebs@2", "openebs@1"],
      },
      {
        what: "one on which something is arranged",
        before: { state: "openebs", arranged: "pools" },
        state: "openebs",
        restored: ["openebs@1", "openebs@1"],
      },
    ];

  test.each(PRESENT)("gets $what as $state", async ({ before, dirty, state, restored }) => {
    const course = new Course();
    if (before.state !== undefined) {
      const first = course.join(0, before.state, before);
      await course.pass(RESTORE_MS);
      await first;
      course.barrier.leave(0, dirty ?? false);
    }
    const joined = course.join(1, "any");
    await course.pass(300 + RESTORE_MS);
    expect(await joined).toMatchObject({ state });
    expect(course.restored).toEqual(restored);
  });

  test("shares the bed with those that name one", async () => {
    const course = new Course();
    void course.join(0, "openebs");
    await course.pass(RESTORE_MS);
    expect(await course.join(1, "any")).toEqual({ state: "openebs", restoredMs: 0, waitedMs: 0 });
  });

  const lacking = new KuberaError("SET_MISSING", { what: "no set holds it", where: "a1", because: "none was taken", fix: "Take it." });

  test("runs on a bed that lacks the state with a Director alone, as soon as it is in another", async () => {
    const course = new Course();
    course.failure = lacking;
    void course.join(0, "director").catch(() => {});
    await course.pass(RESTORE_MS);
    course.failure = undefined;
    void course.join(0, "openebs");
    await course.pass(RESTORE_MS);
    expect(await course.join(1, "any")).toMatchObject({ state: "openebs", restoredMs: 0 });
    course.barrier.leave(0, true);
    course.barrier.leave(1, false);
    const again = course.join(1, "any");
    await course.pass(RESTORE_MS);
    expect(await again, "of a dirty one").toMatchObject({ state: "openebs" });
    expect(course.restored).toEqual(["director@1", "openebs@1", "openebs@1"]);
  });

  test("does not ask again for the state of before where that is lacked", async () => {
    const course = new Course();
    void course.join(0, "openebs", { build: "2" });
    await course.pass(RESTORE_MS);
    course.barrier.leave(0, true);
    course.failure = lacking;
    void course.join(0, "any").catch(() => {});
    await course.pass(RESTORE_MS);
    course.failure = undefined;
    const joined = course.join(0, "any");
    await course.pass(RESTORE_MS);
    expect(await joined).toMatchObject({ state: "director" });
    expect(course.restored).toEqual(["openebs@2", "openebs@1", "director@1"]);
  });
});
