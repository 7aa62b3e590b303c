/** Lets at most `limit` jobs of one host run at the same time, in the order they came. */
export class HostLimit {
  readonly #limit: number;
  readonly #running = new Map<string, number>();
  readonly #waiting: { readonly host: string; readonly go: () => void }[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  async run<T>(host: string, job: () => Promise<T>): Promise<T> {
    await this.#enter(host);
    try {
      return await job();
    } finally {
      this.#leave(host);
    }
  }

  #enter(host: string): Promise<void> {
    const running = this.#running.get(host) ?? 0;
    if (running < this.#limit) {
      this.#running.set(host, running + 1);
      return Promise.resolve();
    }
    return new Promise((go) => {
      this.#waiting.push({ host, go });
    });
  }

  #leave(host: string): void {
    const next = this.#waiting.findIndex((waiter) => waiter.host === host);
    if (next === -1) {
      this.#running.set(host, (this.#running.get(host) ?? 1) - 1);
      return;
    }
    const [waiter] = this.#waiting.splice(next, 1);
    waiter?.go();
  }
}
