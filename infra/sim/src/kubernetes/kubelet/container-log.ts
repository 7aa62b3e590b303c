/** One line of a container's output and when it was written. */
export interface LogLine {
  readonly time: string;
  readonly text: string;
}

const LIMIT = 2000;

/** The output of one run of a container, in memory; the oldest lines go first. */
export class ContainerLog {
  readonly #lines: LogLine[] = [];
  readonly #followers = new Set<(line: LogLine | undefined) => void>();
  #ended = false;

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  get ended(): boolean {
    return this.#ended;
  }

  write(text: string, nowMs: number): void {
    const line = { time: new Date(nowMs).toISOString(), text };
    this.#lines.push(line);
    if (this.#lines.length > LIMIT) this.#lines.shift();
    for (const follow of this.#followers) follow(line);
  }

  end(): void {
    this.#ended = true;
    for (const follow of this.#followers) follow(undefined);
    this.#followers.clear();
  }

  /** Every line from now on, and undefined when the container has ended. */
  follow(listener: (line: LogLine | undefined) => void): () => void {
    if (this.#ended) {
      listener(undefined);
      return () => {};
    }
    this.#followers.add(listener);
    return () => this.#followers.delete(listener);
  }
}
