import type { SimTime } from "../../datacenter/sim-time.ts";
import type { Program, ProgramEnd } from "../program.ts";

const START_MS = 1000;

const startServer = (time: SimTime, signal: AbortSignal): { ready: () => boolean } => {
  const state = { isReady: false };
  void time.delay(START_MS, signal).then(() => {
    state.isReady = !signal.aborted;
  });
  return { ready: () => state.isReady };
};

const runTask = async (time: SimTime, signal: AbortSignal): Promise<ProgramEnd> => {
  await time.delay(START_MS, signal);
  return { exitCode: 0 };
};

/** What runs in an image that nobody gave a program for: a server, or a task where the pod expects its containers to end. */
export const defaultProgram = (isTask: boolean): Program => ({
  start: ({ time, signal }) => (isTask ? { ready: () => true, ended: runTask(time, signal) } : startServer(time, signal)),
});
