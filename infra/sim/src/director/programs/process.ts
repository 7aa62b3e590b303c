import type { Program, ProgramContext, ProgramEnd } from "../../kubernetes/program.ts";

export interface ServiceOptions {
  /** Simulated milliseconds until it is ready. */
  readonly startMs: number;
  /** Runs when the start is over; whatever it throws ends the container with exit code 1. */
  readonly run?: (context: ProgramContext) => void | Promise<void>;
}

/** A server: ready some time after its start, ends by itself only when it crashes. */
export const service = ({ startMs, run }: ServiceOptions): Program => ({
  start(context) {
    let ready = false;
    const main = async (): Promise<void> => {
      await context.time.delay(startMs, context.signal);
      if (context.signal.aborted) return;
      ready = true;
      await run?.(context);
    };
    const ended = new Promise<ProgramEnd>((resolve) => {
      main().catch((error: unknown) => {
        ready = false;
        const message = error instanceof Error ? error.message : String(error);
        context.log(`fatal: ${message}`);
        resolve({ exitCode: 1, message });
      });
    });
    return { ready: () => ready && !context.signal.aborted, ended };
  },
});

/** Several servers in one container. */
export const together = (...programs: readonly Program[]): Program => ({
  start(context) {
    const running = programs.map((program) => program.start(context));
    return { ready: () => running.every(({ ready }) => ready()), ended: Promise.race(running.flatMap(({ ended }) => ended ?? [])) };
  },
});

/** Repeats a step until the container ends. A step that fails is logged once per reason and tried again. */
export const repeat = async (context: ProgramContext, everyMs: number, step: () => void | Promise<void>): Promise<void> => {
  let told = "";
  while (!context.signal.aborted) {
    const failure = await outcomeOf(step);
    if (failure !== told && failure !== "") context.log(failure);
    told = failure;
    await context.time.delay(everyMs, context.signal);
  }
};

const outcomeOf = async (step: () => void | Promise<void>): Promise<string> => {
  try {
    await step();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
