/** In their order, at most so many in each. */
export const slicesOf = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  items.length === 0 ? [] : [items.slice(0, size), ...slicesOf(items.slice(size), size)];
