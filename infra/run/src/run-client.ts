import { askRun, type RunAddress } from "./run-line.ts";
import {
  eventsAnswerSchema,
  joinedBedSchema,
  type EventsAnswer,
  type JoinedBed,
  type JoinRequest,
  type LeaveRequest,
  type PowerRequest,
} from "./wire.ts";

/**
 * Joins a slot of the bed in a state; waits for its turn and for the restore, however long they take.
 * The same slot joining again takes over what a crashed worker held.
 *
 * Errors, as the run process threw them: `LEASE_HELD`, `SET_*`, `RESTORE_FAILED` and those of the installs for the test that asked;
 * `BED_BROKEN` at once for every later one; `INTERNAL` when there is no run process.
 */
export const joinSlot = async (address: RunAddress, join: JoinRequest, signal?: AbortSignal): Promise<JoinedBed> =>
  joinedBedSchema.parse(await askRun(address, { ask: "join", of: join }, signal));

/** Gives a slot back; `dirty` makes the bed be restored before the next test, `failed` may make its state be kept. */
export const leaveSlot = async (address: RunAddress, leave: LeaveRequest): Promise<void> => {
  await askRun(address, { ask: "leave", of: leave });
};

/** Switches the VM of a node off or on, for a test that disturbs the bed. Errors: those of the machines; `INTERNAL` when there is no run process. */
export const setNodePower = async (address: RunAddress, power: PowerRequest): Promise<void> => {
  await askRun(address, { ask: "power", of: power });
};

/** Tells the run what no artifact of it may hold; it stays in memory. */
export const tellSecrets = async (address: RunAddress, secrets: readonly string[]): Promise<void> => {
  await askRun(address, { ask: "secrets", of: secrets });
};

/** Events of all clusters that were last seen inside the window, from the run's own streams; `to` defaults to now. */
export const fetchEvents = async (
  address: RunAddress,
  window: { readonly from: Date; readonly to?: Date },
  signal?: AbortSignal,
): Promise<EventsAnswer> => {
  const of = { from: window.from.toISOString(), ...(window.to && { to: window.to.toISOString() }) };
  return eventsAnswerSchema.parse(await askRun(address, { ask: "events", of }, signal));
};
