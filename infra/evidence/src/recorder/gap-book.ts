import type { Gap } from "@kubera-e2e/schema/evidence";

interface Entry {
  readonly gap: Gap;
  readonly fromMs: number;
  readonly toMs: number;
}

/** More of one kind tell nothing new. */
const MOST = 100;

/** What could not be recorded, each with the time that it is about. */
export class GapBook {
  readonly #entries: Entry[] = [];
  readonly #troubles = new Map<string, string>();
  readonly #left = new Map<string, number>();

  /** Something of a span of time is missing for ever. */
  add(gap: Gap, fromMs: number, toMs: number): void {
    const same = this.#entries.filter(({ gap: { collector } }) => collector === gap.collector);
    if (same.length < MOST) this.#entries.push({ gap, fromMs, toMs });
    else this.#left.set(gap.collector, (this.#left.get(gap.collector) ?? 0) + 1);
  }

  /** Why a stream is not current; undefined when it is again. */
  setTrouble(collector: string, because: string | undefined): void {
    if (because === undefined) this.#troubles.delete(collector);
    else this.#troubles.set(collector, because);
  }

  /** Whether some stream is not current. */
  get hasTrouble(): boolean {
    return this.#troubles.size > 0;
  }

  /** What may be missing in a window of time. */
  within(fromMs: number, toMs: number): Gap[] {
    const past = this.#entries.filter((entry) => entry.toMs >= fromMs && entry.fromMs <= toMs).map(({ gap }) => gap);
    const present = [...this.#troubles].map(([collector, because]) => ({ collector, because }));
    const uncounted = [...this.#left].map(([collector, count]) => ({ collector, because: `${count} more gaps of this kind` }));
    return [...past, ...present, ...uncounted];
  }
}
