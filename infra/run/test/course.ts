import type { BedState } from "@kubera-e2e/schema/bed-state";
import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { SlotBarrier, type Granted } from "../src/slot-barrier.ts";
import { joinRequestSchema, type JoinRequest } from "../src/wire.ts";

export const RESTORE_MS = 60_000;

/** Slots that come to a bed and go, under a clock that is told what time it is. */
export class Course {
  readonly clock = new FakeClock();
  /** States restored, in order. */
  readonly restored: string[] = [];
  /** Joins that were granted or refused, in order. */
  readonly log: string[] = [];
  failure: Error | undefined;
  readonly barrier: SlotBarrier;

  constructor(reset: "always" | "dirty" | "never" = "dirty") {
    this.barrier = new SlotBarrier({
      bed: "lab",
      reset,
      clock: this.clock,
      restore: async (state, build) => {
        await this.clock.sleep(RESTORE_MS);
        this.restored.push(`${state}@${build}`);
        if (this.failure !== undefined) throw this.failure;
      },
    });
  }

  /** A test that names no state: `any`. */
  join(slot: number, state: BedState | "any", over: Partial<JoinRequest> = {}): Promise<Granted> {
    const named = state === "any" ? {} : { state };
    const request = joinRequestSchema.parse({ slot, ...named, build: "1", disturbs: false, test: `T-${slot}`, ...over });
    const joined = this.barrier.join(request);
    joined.then(
      () => this.log.push(`${slot} ${state}`),
      (error: unknown) => this.log.push(`${slot} refused: ${error instanceof KuberaError ? error.code : String(error)}`),
    );
    return joined;
  }

  async pass(ms = 0): Promise<void> {
    await this.clock.advance(ms);
  }
}
