import type { Commands, Program, ProgramContext, ProgramEnd } from "../../kubernetes/program.ts";

export interface ServiceOptions {
  /** Simulated milliseconds until it is ready. */
  readonly startMs: number;
  /** Runs when the start is over; whatever it throws ends the container with exit code 1. */
  readonly run?: (context: ProgramContext) => void | Promise<void>;
  /** What others may run in its container, from its first moment on; it may ask whether the server is ready. */
  readonly commands?: (context: ProgramContext, isReady: () => boolean) => Commands;
}

/** A server: ready some time after its start, ends by itself only when it crashes. */
export const service = ({ startMs, run, commands = () => ({}) }: ServiceOptions): Program => ({
  start(context) {
    let ready = false;
    const main = async (): Promise<void> => {
      await context.time.delay(startMs, context.signal);
      if (context.signal.aborted) return;
      ready = true;
      context.log(`${context.container} is ready`);
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
    const isReady = (): boolean => ready && !context.signal.aborted;
    return { ready: isReady, ended, commands: commands(context, isReady) };
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
