/** Durations divided by the speed; timestamps are wall time. */
export class SimTime {
  readonly speed: number;

  constructor(speed: number) {
    this.speed = speed;
  }

  now(): number {
    return Date.now();
  }

  /** Resolves after `ms` of simulated duration; at once, without rejecting, when the signal aborts. */
  delay(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms / this.speed);
      signal?.addEventListener("abort", done, { once: true });
    });
  }
}
