import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import { joinRequestSchema } from "../src/wire.ts";
import { Course, RESTORE_MS } from "./course.ts";
import { failureOf } from "./failure-of.ts";

describe("SlotBarrier", () => {
  test("restores for the first, lets the others of its state wait for that and share it", async () => {
    const course = new Course();
    const joined = [course.join(0, "director"), course.join(1, "director"), course.join(2, "director")];
    await course.pass(RESTORE_MS - 1);
    expect(course.log).toEqual([]);
    await course.pass(1);
    expect(course.restored).toEqual(["director@1"]);
    expect(await Promise.all(joined)).toEqual([
      { state: "director", restoredMs: RESTORE_MS, waitedMs: 0 },
      { state: "director", restoredMs: 0, waitedMs: RESTORE_MS },
      { state: "director", restoredMs: 0, waitedMs: RESTORE_MS },
    ]);
  });

  test("does not restore for the next test of the same state", async () => {
    const course = new Course();
    const first = course.join(0, "bare");
    await course.pass(RESTORE_MS);
    await first;
    course.barrier.leave(0, false);
    expect(await course.join(0, "bare")).toEqual({ state: "bare", restoredMs: 0, waitedMs: 0 });
  });

  test("changes the state only when nobody is on the bed", async () => {
    const course = new Course();
    void course.join(0, "bare");
    void course.join(1, "bare");
    await course.pass(RESTORE_MS);
    void course.join(2, "director");
    course.barrier.leave(0, false);
    await course.pass(600_000);
    expect(course.restored).toEqual(["bare@1"]);
    course.barrier.leave(1, false);
    await course.pass(RESTORE_MS + 300);
    expect(course.restored).toEqual(["bare@1", "director@1"]);
    expect(course.log).toEqual(["0 bare", "1 bare", "2 director"]);
  });

  test("keeps a state for tests that follow within its linger, so that a restore serves many", async () => {
    const course = new Course();
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    void course.join(1, "director");
    for (let turn = 0; turn < 5; turn += 1) {
      course.barrier.leave(0, false);
      await course.pass(100);
      void course.join(0, "bare");
      await course.pass(1000);
    }
    expect(course.restored).toEqual(["bare@1"]);
    course.barrier.leave(0, false);
    await course.pass(300 + RESTORE_MS);
    expect(course.log.at(-1)).toBe("1 director");
  });

  test("keeps it for nobody where all who ever came wait for another state", async () => {
    const course = new Course();
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    course.barrier.leave(0, false);
    void course.join(0, "director");
    await course.pass(RESTORE_MS);
    expect(course.log).toEqual(["0 bare", "0 director"]);
    void course.join(1, "bare");
    course.barrier.leave(0, false);
    await course.pass(RESTORE_MS);
    expect(course.log.at(-1), "the other may come back").toBe("0 director");
    void course.join(0, "openebs");
    await course.pass(RESTORE_MS);
    expect(course.log.at(-1)).toBe("1 bare");
  });

  test("lets nobody wait for ever behind a state that is kept", async () => {
    const course = new Course();
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    void course.join(1, "director");
    await course.pass(15 * 60_000);
    course.barrier.leave(0, false);
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    expect(course.log).toEqual(["0 bare", "1 director"]);
  });

  test("restores again when a test left the bed dirty", async () => {
    const course = new Course();
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    course.barrier.leave(0, true);
    void course.join(1, "bare");
    await course.pass(RESTORE_MS);
    expect(course.restored).toEqual(["bare@1", "bare@1"]);
  });

  test("waits with that restore until those who share the dirty bed have left", async () => {
    const course = new Course();
    void course.join(0, "bare");
    void course.join(1, "bare");
    await course.pass(RESTORE_MS);
    course.barrier.leave(0, true);
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    expect(course.restored).toHaveLength(1);
    course.barrier.leave(1, false);
    await course.pass(RESTORE_MS);
    expect(course.restored).toHaveLength(2);
  });

  test("lets a test that disturbs be alone, and restores after it", async () => {
    const course = new Course();
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    void course.join(1, "bare", { disturbs: true });
    await course.pass(1000);
    expect(course.log).toEqual(["0 bare"]);
    course.barrier.leave(0, false);
    await course.pass();
    expect(course.log).toEqual(["0 bare", "1 bare"]);
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    expect(course.log).toHaveLength(2);
    course.barrier.leave(1, false);
    await course.pass(RESTORE_MS);
    expect(course.restored).toEqual(["bare@1", "bare@1"]);
    expect(course.log.at(-1)).toBe("0 bare");
  });

  test("lets a test that disturbs briefly be alone, and restores only after what it has left", async () => {
    const course = new Course();
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    void course.join(1, "bare", { disturbs: "briefly" });
    await course.pass(1000);
    expect(course.log).toEqual(["0 bare"]);
    course.barrier.leave(0, false);
    void course.join(0, "bare");
    await course.pass();
    expect(course.log).toEqual(["0 bare", "1 bare"]);
    course.barrier.leave(1, false);
    await course.pass();
    expect(course.log.at(-1)).toBe("0 bare");
    course.barrier.leave(0, false);
    void course.join(1, "bare", { disturbs: "briefly" });
    await course.pass();
    expect(course.restored).toHaveLength(1);
    course.barrier.leave(1, true);
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    expect(course.restored).toHaveLength(2);
  });

  test("keeps what tests have arranged for those who share it, and restores for all others", async () => {
    const course = new Course();
    for (const arranged of ["pools", "pools", "volumes", undefined, undefined]) {
      void course.join(0, "bare", { disturbs: "briefly", ...(arranged !== undefined && { arranged }) });
      await course.pass(RESTORE_MS + 300);
      course.barrier.leave(0, false);
    }
    expect(course.log).toHaveLength(5);
    expect(course.restored).toHaveLength(3);
  });

  test("keeps states of two builds apart", async () => {
    const course = new Course();
    void course.join(0, "director", { build: "1" });
    await course.pass(RESTORE_MS);
    void course.join(1, "director", { build: "2" });
    await course.pass(1000);
    expect(course.log).toEqual(["0 director"]);
    course.barrier.leave(0, false);
    await course.pass(RESTORE_MS + 300);
    expect(course.restored).toEqual(["director@1", "director@2"]);
  });

  test("ignores a leave of a slot that holds nothing", async () => {
    const course = new Course();
    course.barrier.leave(7, true);
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    expect(course.restored).toEqual(["bare@1"]);
  });
});

describe("KUBERA_RESET", () => {
  test("always restores before every test, one after the other", async () => {
    const course = new Course("always");
    void course.join(0, "bare");
    void course.join(1, "bare");
    await course.pass(RESTORE_MS);
    expect(course.log).toEqual(["0 bare"]);
    course.barrier.leave(0, false);
    await course.pass(RESTORE_MS);
    expect(course.restored).toEqual(["bare@1", "bare@1"]);
    expect(course.log).toEqual(["0 bare", "1 bare"]);
  });

  test("never restores nothing, whatever is asked for and left behind", async () => {
    const course = new Course("never");
    void course.join(0, "bare");
    await course.pass();
    course.barrier.leave(0, true);
    void course.join(0, "director");
    await course.pass();
    expect(course.restored).toEqual([]);
    expect(course.log).toEqual(["0 bare", "0 director"]);
  });
});

describe("a worker that crashed", () => {
  test("is followed by the one in its slot, without a restore", async () => {
    const course = new Course();
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    expect(await course.join(0, "bare")).toMatchObject({ restoredMs: 0 });
    expect(course.restored).toEqual(["bare@1"]);
  });

  test.each([true, "briefly"] as const)("is followed with a restore when its test disturbed the bed: %s", async (disturbs) => {
    const course = new Course();
    void course.join(0, "bare", { disturbs });
    await course.pass(RESTORE_MS);
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    expect(course.restored).toHaveLength(2);
  });

  test.each([true, "briefly"] as const)("leaves a bed that it disturbed to a restore when it goes without a word: %s", async (disturbs) => {
    const course = new Course();
    const request = joinRequestSchema.parse({ slot: 0, state: "bare", build: "1", disturbs, test: "T" });
    void course.barrier.join(request);
    await course.pass(RESTORE_MS);
    course.barrier.vanish(request);
    void course.join(1, "bare");
    await course.pass(RESTORE_MS);
    expect(course.restored).toHaveLength(2);
  });

  test("leaves its place in the queue to the one in its slot", async () => {
    const course = new Course();
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    const abandoned = course.join(1, "director");
    void course.join(1, "director");
    await expect(abandoned).rejects.toThrow("its slot was taken over");
    course.barrier.leave(0, false);
    await course.pass(RESTORE_MS + 300);
    expect(course.log.filter((line) => line === "1 director")).toHaveLength(1);
  });

  test("lets others have the bed once it is known to be gone", async () => {
    const course = new Course();
    const request = joinRequestSchema.parse({ slot: 0, state: "bare", build: "1", disturbs: false, test: "T" });
    const gone = course.barrier.join(request);
    await course.pass(RESTORE_MS);
    await gone;
    void course.join(1, "director");
    course.barrier.vanish(request);
    await course.pass(RESTORE_MS + 300);
    expect(course.log).toEqual(["1 director"]);
  });

  test("does not take with it what its slot has got since", async () => {
    const course = new Course();
    const request = joinRequestSchema.parse({ slot: 0, state: "bare", build: "1", disturbs: false, test: "T" });
    void course.barrier.join(request);
    await course.pass(RESTORE_MS);
    await course.join(0, "bare");
    course.barrier.vanish(request);
    void course.join(1, "director");
    await course.pass(RESTORE_MS + 300);
    expect(course.log).toEqual(["0 bare"]);
  });

  test("is not waited for while it queues", async () => {
    const course = new Course();
    const gone = new AbortController();
    const request = joinRequestSchema.parse({ slot: 1, state: "director", build: "1", disturbs: false, test: "T" });
    void course.join(0, "bare");
    await course.pass(RESTORE_MS);
    const queued = course.barrier.join(request, gone.signal);
    gone.abort(new Error("the worker is gone"));
    await expect(queued).rejects.toThrow("the worker is gone");
    course.barrier.leave(0, false);
    await course.pass(RESTORE_MS);
    expect(course.restored).toEqual(["bare@1"]);
  });

  test("is refused when it was gone before it asked", async () => {
    const course = new Course();
    const request = joinRequestSchema.parse({ slot: 1, state: "director", build: "1", disturbs: false, test: "T" });
    await expect(course.barrier.join(request, AbortSignal.abort(new Error("gone")))).rejects.toThrow("gone");
    await course.pass(RESTORE_MS);
    expect(course.restored).toEqual([]);
  });
});

describe("a bed that cannot be restored", () => {
  const broken = new KuberaError("RESTORE_FAILED", {
    what: "the bed lab could not be restored",
    where: "a1",
    because: "full",
    fix: "Make room.",
  });

  test("fails once, with its own error; all others are refused at once, without another restore", async () => {
    const course = new Course();
    course.failure = broken;
    const first = course.join(0, "director");
    const waiting = course.join(1, "bare");
    const [own, other] = [failureOf(first), failureOf(waiting)];
    await course.pass(RESTORE_MS);
    expect(await own).toBe(broken);
    expect((await other).message).toBe(`[BED_BROKEN] the bed lab cannot be used any more in this run
  where:   bed lab
  because: [RESTORE_FAILED] the bed lab could not be restored
  fix:     Make room.`);
    expect((await failureOf(course.join(2, "bare"))).code).toBe("BED_BROKEN");
    expect(course.restored).toHaveLength(1);
  });

  test.each(["SET_MISSING", "SET_WITH_MEMORY"] as const)(
    "but only lacks a state (%s) refuses those who want it, and serves the others",
    async (code) => {
      const course = new Course();
      course.failure = new KuberaError(code, { what: "no set holds it", where: "a1", because: "none was taken", fix: "Take it." });
      const [first, second, other] = [
        failureOf(course.join(0, "openebs")),
        failureOf(course.join(1, "openebs")),
        course.join(2, "director"),
      ];
      await course.pass(RESTORE_MS);
      course.failure = undefined;
      expect((await first).code).toBe(code);
      expect((await second).message).toBe(`[BED_BROKEN] the bed lab cannot be brought to openebs@1 in this run
  where:   bed lab
  because: [${code}] no set holds it
  fix:     Take it.`);
      await course.pass(RESTORE_MS);
      await expect(other).resolves.toMatchObject({ restoredMs: RESTORE_MS });
      expect((await failureOf(course.join(3, "openebs"))).code).toBe("BED_BROKEN");
      expect(course.restored).toHaveLength(2);
    },
  );

  test("is told with what to do when the reason is no error of the house", async () => {
    const course = new Course();
    course.barrier.fail(new Error("the lease was lost\nsomewhere"));
    const failure = await failureOf(course.join(0, "bare"));
    expect(failure.because).toBe("the lease was lost");
    expect(failure.fix).toBe("Look at restore.json and the evidence of this run, then: e2e bed restore lab.");
  });
});
