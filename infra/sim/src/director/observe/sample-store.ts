import type { Sample } from "./samples.ts";

/** Prometheus looks back five minutes: a series without a sample for thirty looks, one each ten seconds, is not there any more. */
const LOOKS_BACK = 30;

export interface StoredSample extends Sample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

interface Push {
  readonly projectId: string;
  readonly samples: readonly StoredSample[];
  /** Looks taken since, so that a stalled process loses no series. */
  looks: number;
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
    const stored = samples.map((one) => ({ ...one, labels: { ...one.labels, job }, atMs }));
    this.#pushes.set(clusterId, { projectId, samples: stored, looks: 0 });
  }

  /** Called every ten simulated seconds. */
  look(): void {
    for (const [clusterId, push] of this.#pushes) {
      push.looks += 1;
      if (push.looks > LOOKS_BACK) this.#pushes.delete(clusterId);
    }
  }

  /** What a project has. */
  read(projectId: string): readonly StoredSample[] {
    return [...this.#pushes.values()].filter((push) => push.projectId === projectId).flatMap(({ samples }) => samples);
  }
}
