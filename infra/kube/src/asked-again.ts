import type { Clock } from "@kubera-e2e/schema/clock";

export interface AskOptions<T> {
  readonly ask: (signal: AbortSignal) => Promise<T>;
  /** How long a question may stay open before the next one is asked beside it. */
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
 * and lost it never answers that one, and answers the next.
 */
export const askedAgain = async <T>({ ask, everyMs, clock, signal, onSilence }: AskOptions<T>): Promise<T> => {
  const end = new AbortController();
  const until = AbortSignal.any([signal, end.signal]);
  const startMs = clock.monotonicMs();
  const open: Promise<T>[] = [];
  try {
    for (;;) {
      if (open.length < MOST_AT_ONCE) open.push(ask(until));
      const answer = await Promise.race([...open, clock.sleep(everyMs, until).then((): typeof SILENCE => SILENCE)]);
      if (answer !== SILENCE) return answer;
      onSilence(clock.monotonicMs() - startMs);
    }
  } finally {
    end.abort();
  }
};
