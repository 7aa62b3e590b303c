import type { Clock } from "@kubera-e2e/schema/clock";

export interface AskOptions<T> {
  /** `heard` is called with every part of an answer that has come. */
  readonly ask: (signal: AbortSignal, heard: () => void) => Promise<T>;
  /** How long nothing of an answer may come before the next question is asked beside it. */
  readonly everyMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onSilence: (silentMs: number) => void;
}

/** More would only crowd a server that is merely slow. */
const MOST_AT_ONCE = 5;
const SILENCE = Symbol("silence");

/**
 * Asks again beside a question that stays open, and takes the first answer or the first failure: a server that took a request
 * and lost it never answers that one, and answers the next. An answer that comes part by part is no silence.
 */
export const askedAgain = async <T>({ ask, everyMs, clock, signal, onSilence }: AskOptions<T>): Promise<T> => {
  const end = new AbortController();
  const until = AbortSignal.any([signal, end.signal]);
  const open: Promise<T>[] = [];
  let sinceMs = clock.monotonicMs();
  let dueMs = sinceMs;
  const heard = (): void => {
    sinceMs = clock.monotonicMs();
    dueMs = sinceMs + everyMs;
  };
  const askBeside = (nowMs: number): void => {
    if (open.length > 0) onSilence(nowMs - sinceMs);
    if (open.length < MOST_AT_ONCE) open.push(ask(until, heard));
    dueMs = nowMs + everyMs;
  };
  try {
    for (;;) {
      const nowMs = clock.monotonicMs();
      if (nowMs >= dueMs) askBeside(nowMs);
      const answer = await Promise.race([...open, clock.sleep(dueMs - nowMs, until).then((): typeof SILENCE => SILENCE)]);
      if (answer !== SILENCE) return answer;
    }
  } finally {
    end.abort();
  }
};
