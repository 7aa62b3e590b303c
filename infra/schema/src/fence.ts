/** Stands between a client and what it may not change any more once the signal has aborted. */
export interface Fence {
  readonly signal: AbortSignal;
  /** Awaited right before a write; rejects when it has fallen. */
  check(): Promise<void>;
}
