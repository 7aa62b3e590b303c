import { isRecord } from "../json.ts";
import type { Sample } from "./samples.ts";

/** Prometheus looks back five minutes: a series without a sample for thirty looks, one each ten seconds, is not there any more. */
const LOOKS_BACK = 30;

/** Pushes of one cluster that are kept, sixteen hours of them. */
const KEPT = 4000;

export interface StoredSample extends Sample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

export interface Origin {
  readonly clusterId: string;
  readonly projectId: string;
  readonly atMs: number;
}

interface Push extends Origin {
  readonly samples: readonly StoredSample[];
}

/** What lies in the volume of the cassandra pod, oldest first. Never changed in place: a snapshot of the disk keeps its own. */
export interface SampleState {
  readonly schema: "cortex@1";
  readonly pushes: Readonly<Record<string, readonly Push[]>>;
}

export interface SampleFiles {
  /** What the volume holds; undefined when it is empty. */
  readonly read: () => unknown;
  readonly write: (state: SampleState) => void;
  /** How far a query of a moment looks back, in milliseconds of the wall. */
  readonly lookBackMs: number;
}

const isState = (value: unknown): value is SampleState => isRecord(value) && value["schema"] === "cortex@1" && isRecord(value["pushes"]);

/** Metrics while Cassandra serves them: a volume that is gone is not in the next push of its cluster, and its series ends with it. */
export class SampleStore {
  #state: SampleState;
  readonly #files: SampleFiles;
  /** By cluster: looks taken since its last push, so that a stalled process loses no series. */
  readonly #looks = new Map<string, number>();

  constructor(files: SampleFiles) {
    this.#files = files;
    const stored = files.read();
    if (stored !== undefined && !isState(stored)) throw new Error("the volume holds something else than the schema cortex@1");
    this.#state = stored ?? { schema: "cortex@1", pushes: {} };
  }

  write(origin: Origin, samples: readonly Sample[]): void {
    const { clusterId, atMs } = origin;
    const job = `cluster_uuid_${clusterId}`;
    const push = { ...origin, samples: samples.map((one) => ({ ...one, labels: { ...one.labels, job }, atMs })) };
    const kept = [...(this.#state.pushes[clusterId] ?? []), push].slice(-KEPT);
    this.#state = { ...this.#state, pushes: { ...this.#state.pushes, [clusterId]: kept } };
    this.#files.write(this.#state);
    this.#looks.set(clusterId, 0);
  }

  /** Called every ten simulated seconds. */
  look(): void {
    for (const clusterId of Object.keys(this.#state.pushes)) this.#looks.set(clusterId, (this.#looks.get(clusterId) ?? 0) + 1);
  }

  /** What a project has now, or had at a moment in milliseconds since 1970. */
  read(projectId: string, atMs?: number): readonly StoredSample[] {
    return Object.entries(this.#state.pushes)
      .flatMap(([clusterId, pushes]) => (atMs === undefined ? this.#last(clusterId, pushes) : this.#at(pushes, atMs)))
      .filter((push) => push.projectId === projectId)
      .flatMap(({ samples }) => samples);
  }

  #last(clusterId: string, pushes: readonly Push[]): readonly Push[] {
    return (this.#looks.get(clusterId) ?? 0) > LOOKS_BACK ? [] : pushes.slice(-1);
  }

  #at(pushes: readonly Push[], atMs: number): readonly Push[] {
    const found = pushes.findLast((push) => push.atMs <= atMs);
    return found === undefined || found.atMs <= atMs - this.#files.lookBackMs ? [] : [found];
  }
}
