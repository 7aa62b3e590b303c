/** Some lines of a file that stand together, and the span of time they tell of. */
export interface Block {
  readonly offset: number;
  readonly bytes: number;
  readonly fromMs: number;
  readonly toMs: number;
}

const BLOCK_BYTES = 64 * 1024;
const MOST_BLOCKS = 512;

const joined = (a: Block, b: Block): Block => ({
  offset: a.offset,
  bytes: a.bytes + b.bytes,
  fromMs: Math.min(a.fromMs, b.fromMs),
  toMs: Math.max(a.toMs, b.toMs),
});

/** Says in which part of an append-only file a time is told of. Its own size has a limit: of a file that grows, blocks grow. */
export class LineIndex {
  #blocks: Block[] = [];
  #blockBytes = BLOCK_BYTES;

  /** Takes a part that was written behind all others. */
  add(block: Block): void {
    const last = this.#blocks.at(-1);
    if (last === undefined || last.bytes >= this.#blockBytes) this.#blocks.push(block);
    else this.#blocks[this.#blocks.length - 1] = joined(last, block);
    if (this.#blocks.length > MOST_BLOCKS) this.#halve();
  }

  /** Parts that may tell of a span of time, in the order of the file. */
  within(fromMs: number, toMs: number): readonly Block[] {
    return this.#blocks.filter((block) => block.toMs >= fromMs && block.fromMs <= toMs);
  }

  #halve(): void {
    this.#blockBytes *= 2;
    const halved: Block[] = [];
    for (const [at, block] of this.#blocks.entries()) {
      const before = halved.at(-1);
      if (at % 2 === 0 || before === undefined) halved.push(block);
      else halved[halved.length - 1] = joined(before, block);
    }
    this.#blocks = halved;
  }
}
