import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { Clock } from "@kubera-e2e/schema/clock";

export interface GulpOptions {
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** How often a stream that was quiet is read as soon as it talks: more than a roll-out needs. */
const READINGS_AT_ONCE = 200;
const REST_MS = 200;

/** Readings that may follow each other at once; one more every `REST_MS`. */
class Credit {
  readonly #clock: Clock;
  #readings = READINGS_AT_ONCE;
  #countedMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedMs = clock.monotonicMs();
  }

  /** Whether the next reading may follow at once. */
  spend(): boolean {
    const nowMs = this.#clock.monotonicMs();
    const readings = Math.min(READINGS_AT_ONCE, this.#readings + (nowMs - this.#countedMs) / REST_MS) - 1;
    // No more debt than one rest pays, however much was read at once.
    this.#readings = Math.max(readings, -1);
    this.#countedMs = nowMs;
    return readings >= 0;
  }
}

/**
 * What a stream brings, as soon as it comes; one that goes on and on is read 5 times a second, for waking a process up costs more than
 * reading a few lines. While it rests, its socket does too once it holds a few lines, so that the system gathers what comes.
 */
export const inGulps = async function* (stream: Readable, { clock, signal }: GulpOptions): AsyncGenerator<Buffer> {
  const { socket } = stream as Partial<IncomingMessage>;
  const credit = new Credit(clock);
  for await (const chunk of stream) {
    yield chunk as Buffer;
    if (stream.readableLength > 0 || credit.spend()) continue;
    // A turn later all that had come is here, and the stream has asked its socket for more, which would wake it up again.
    await setImmediate();
    // An answer that has ended has given its socket back to the pool.
    if (stream.readableLength > 0 || stream.readableEnded) continue;
    socket?.pause();
    // Rejects only when the signal ends the stream too.
    await clock.sleep(REST_MS, signal).catch(() => {});
    socket?.resume();
  }
};
