import type { Fact } from "@kubera-e2e/schema/evidence";

export interface CollectorContext {
  readonly bed: string;
  readonly from: Date;
  readonly to: Date;
  readonly signal: AbortSignal;
}

/** Gathers facts of one kind, within the time its caller grants. What it throws becomes a gap, never a failure of the run. */
export interface Collector {
  readonly name: string;
  collect(context: CollectorContext): Promise<Fact[]>;
}
