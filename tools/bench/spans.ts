/** A piece of time in milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Milliseconds of `whole` in which at least one span was under way. */
export const coveredMs = (spans: readonly Span[], whole: Span): number => {
  let untilMs = whole.fromMs;
  let sum = 0;
  for (const { fromMs, toMs } of spans.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const endMs = Math.min(toMs, whole.toMs);
    sum += Math.max(0, endMs - Math.max(fromMs, untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return sum;
};

/** How many spans were under way together at most; one that ends as another begins does not meet it. */
export const mostAtOnce = (spans: readonly Span[]): number =>
  Math.max(0, ...spans.map(({ fromMs }) => spans.filter((other) => other.fromMs <= fromMs && fromMs < other.toMs).length));
