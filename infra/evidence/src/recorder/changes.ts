import type { Sides } from "./changed-fields.ts";

export interface Where {
  readonly bed: string;
  readonly cluster: string;
}

/** How each part of each living object was when it was last told. */
export class Changes {
  readonly #known = new Map<string, Map<string, Sides>>();

  /** Remembers how a part is now; what it was before. */
  replace(object: string, part: string, now: Sides): Sides | undefined {
    const parts = this.#known.get(object) ?? new Map<string, Sides>();
    const before = parts.get(part);
    this.#known.set(object, parts.set(part, now));
    return before;
  }

  forget(object: string): void {
    this.#known.delete(object);
  }
}
