import type { Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { never, notYet, type Observation } from "@kubera-e2e/schema/wait-until";

export interface Deadline {
  readonly clock: Clock;
  readonly ms: number;
  readonly what: string;
  readonly where: string;
  readonly signal: AbortSignal;
}

const late = ({ ms, what, where }: Deadline): KuberaError =>
  new KuberaError("TIMED_OUT", {
    what: `${what} did not end within ${ms / 1000} s`,
    where,
    because: "the task was started and its end was never told",
    fix: "Look at the hypervisor's task list; raise intervals.power in the bed's file only when the task is merely slow.",
  });

/** Does one thing within its time; whatever hangs is cancelled. Error: `TIMED_OUT`. */
export const withinDeadline = async <T>(deadline: Deadline, act: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  const end = new AbortController();
  const signal = AbortSignal.any([deadline.signal, end.signal]);
  const over = deadline.clock.sleep(deadline.ms, signal).then(() => {
    throw late(deadline);
  });
  over.catch(() => {});
  try {
    return await Promise.race([act(signal), over]);
  } finally {
    end.abort(new Error("the deadline's guard has ended"));
  }
};

/** As `withinDeadline`, for what surely ends once it is cancelled: it has ended when this does, so that nothing runs on. */
export const endedWithin = async <T>(deadline: Deadline, act: (signal: AbortSignal) => Promise<T>): Promise<T> => {
  let running: Promise<T> | undefined;
  try {
    return await withinDeadline(deadline, (signal) => (running = act(signal)));
  } finally {
    await running?.catch(() => {});
  }
};

/** What a machine that is still booting answers; waiting helps. */
const PASSING = new Set([
  "CONNECTION_REFUSED",
  "CONNECTION_LOST",
  "TIMED_OUT",
  "KUBE_REFUSED",
  "KUBE_KIND_UNKNOWN",
  "RESPONSE_INVALID",
  "DIRECTOR_REFUSED",
  "NAME_UNRESOLVED",
]);

const firstLine = (error: Error): string => error.message.split("\n")[0] ?? "";

/** A probe of something that may still be booting: no answer means not yet, a certificate that convinces nobody means never. */
export const whileBooting =
  <T>(probe: (signal: AbortSignal) => Promise<Observation<T>>) =>
  async (signal: AbortSignal): Promise<Observation<T>> => {
    try {
      return await probe(signal);
    } catch (error) {
      if (signal.aborted || !isKuberaError(error)) throw error;
      if (PASSING.has(error.code)) return notYet(firstLine(error));
      if (error.code.startsWith("TLS_")) return never(firstLine(error));
      throw error;
    }
  };
