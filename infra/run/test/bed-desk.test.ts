import { systemClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { expect, test } from "vitest";
import { BedDesk } from "../src/bed-desk.ts";
import { FailedState } from "../src/failed-state.ts";
import { joinRequestSchema } from "../src/wire.ts";
import { failureOf } from "./failure-of.ts";
import { FakeBed } from "./fake-bed.ts";

/** Tells when it is asked to keep the state of a bed. */
class Keeper extends FailedState {
  readonly asked: string[] = [];

  override keep(_bed: unknown, when: "restore" | "end"): Promise<void> {
    this.asked.push(when);
    return Promise.resolve();
  }
}

test.each([
  { code: "SET_MISSING", kept: ["restore", "end"], closed: [undefined] },
  { code: "RESTORE_FAILED", kept: ["restore"], closed: ["[RESTORE_FAILED] no such state"] },
] as const)(
  "a bed whose restore failed by $code is closed with $closed, after it was asked to keep at $kept",
  async ({ code, kept, closed }) => {
    const bed = new FakeBed();
    bed.failure = new KuberaError(code, {
      what: "no such state",
      where: "v1",
      because: "none was taken",
      fix: "Take it.",
    });
    const failedState = new Keeper({ keep: "always", run: "r1" });
    const desk = new BedDesk({ bed: "lab", reset: "dirty", clock: systemClock, openSession: () => Promise.resolve(bed), failedState });
    const request = joinRequestSchema.parse({ slot: 0, state: "openebs", build: "1", disturbs: false, test: "T" });
    expect((await failureOf(desk.join(request, new AbortController().signal))).code).toBe(code);
    await desk.close();
    expect(failedState.asked).toEqual(kept);
    expect(bed.closed).toEqual(closed);
  },
);
