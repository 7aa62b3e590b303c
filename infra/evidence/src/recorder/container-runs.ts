import type { ContainerStatus } from "../pod-fields.ts";

/** The present or last run of a container, as far as reading its log goes. */
export interface ContainerRun {
  /** Another one after every start. */
  readonly id: string;
  readonly restarts: number;
  /** Whether its log grows no more. */
  readonly isOver: boolean;
  /** How the run before it ended, in words. */
  readonly before: string;
}

const beforeOf = ({ lastState }: ContainerStatus): string => {
  const { reason = "no reason", exitCode } = lastState?.terminated ?? {};
  return exitCode === undefined ? "how the one before ended is not known" : `the one before ended: ${reason}, exit code ${exitCode}`;
};

/** Undefined while a container has not run, and while nobody knows which run is meant. */
export const runOf = (status: ContainerStatus): ContainerRun | undefined => {
  const { state = {}, lastState, restartCount = 0 } = status;
  const isOver = state.running === undefined;
  const known = [status.containerID, state.terminated?.containerID, lastState?.terminated?.containerID].find(
    (id) => id !== undefined && id !== "",
  );
  if (isOver && (known === undefined || (state.terminated === undefined && lastState?.terminated === undefined))) return undefined;
  return { id: known ?? `#${restartCount}`, restarts: restartCount, isOver, before: beforeOf(status) };
};
