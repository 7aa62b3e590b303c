import type { Program, ProgramContext, ProgramEnd } from "../program.ts";

const START_MS = 1000;

const startServer = (context: ProgramContext): { ready: () => boolean } => {
  const { time, signal, container } = context;
  const state = { isReady: false };
  context.log(`${container} is starting`);
  void time.delay(START_MS, signal).then(() => {
    state.isReady = !signal.aborted;
    if (state.isReady) context.log(`${container} is ready`);
  });
  return { ready: () => state.isReady };
};

/** `echo` is in every image that one runs by hand. */
const echoed = (args: readonly string[]): string | undefined => (args[0] === "echo" ? args.slice(1).join(" ") : undefined);

const runTask = async (context: ProgramContext): Promise<ProgramEnd> => {
  const { time, signal, container } = context;
  context.log(`${container} is starting`);
  await time.delay(START_MS, signal);
  const text = echoed(context.args);
  if (text !== undefined && !signal.aborted) context.log(text);
  if (!signal.aborted) context.log(`${container} has ended`);
  return { exitCode: 0 };
};

/** What runs in an image that nobody gave a program for: a server, or a task where the pod expects its containers to end. */
export const defaultProgram = (isTask: boolean): Program => ({
  start: (context) => (isTask ? { ready: () => true, ended: runTask(context) } : startServer(context)),
});
