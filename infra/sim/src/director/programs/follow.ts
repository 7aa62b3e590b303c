import type { ProgramContext } from "../../kubernetes/program.ts";
import { repeat } from "./process.ts";
import { untilChange } from "./until-change.ts";

/** From a change to the look at it, so that a burst is looked at once. */
const CALM_MS = 300;
/** Safety look beside the watch, whose events may be lost with a control plane. */
const LOOK_MS = 15_000;

/** Takes a step at the start and after each change of these kinds, until the container ends; what fails is logged and tried again. */
export const follow = (context: ProgramContext, kinds: readonly string[], step: () => void): Promise<void> => {
  let changed: Promise<void> = Promise.resolve();
  return repeat(context, CALM_MS, async () => {
    await changed;
    if (context.signal.aborted) return;
    // Watches before it looks: what the step itself writes is looked at once more.
    changed = untilChange(context, kinds, LOOK_MS);
    step();
  });
};
