import type { Sample } from "./samples.ts";

/** Prometheus' own lookback: a series without a sample for so long is not there any more. */
const LOOKBACK_MS = 5 * 60_000;

export interface StoredSample extends Sample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

interface Push {
  readonly projectId: string;
  readonly atMs: number;
  readonly samples: readonly Sample[];
}

export interface Origin {
  readonly clusterId: string;
  readonly projectId: string;
  readonly atMs: number;
}

/** The last push of each cluster. A volume that is gone is not in the next push, and its series ends with it. */
export class SampleStore {
  readonly #pushes = new Map<string, Push>();

  write({ clusterId, projectId, atMs }: Origin, samples: readonly Sample[]): void {
    const job = `cluster_uuid_${clusterId}`;
    this.#pushes.set(clusterId, { projectId, atMs, samples: samples.map((one) => ({ ...one, labels: { ...one.labels, job } })) });
  }

  /** What a project has at a moment. */
  read(projectId: string, nowMs: number): readonly StoredSample[] {
    return [...this.#pushes.values()]
      .filter((push) => push.projectId === projectId && nowMs - push.atMs < LOOKBACK_MS)
      .flatMap(({ samples, atMs }) => samples.map((one) => ({ ...one, atMs })));
  }
}
