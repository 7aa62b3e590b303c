import { isRecord } from "../json.ts";
import type { LogDocument } from "./log-query.ts";

/** What one run of a container has written. */
export interface LogStream {
  /** Of this run and of no other. */
  readonly id: string;
  readonly clusterId: string;
  readonly kubernetes: LogDocument["kubernetes"];
  readonly lines: readonly string[];
}

/** What lies in the volume of the Elasticsearch pod. Never changed in place: a snapshot of the disk keeps its own. */
export interface LogState {
  readonly schema: "logs@1";
  readonly streams: Readonly<Record<string, LogStream>>;
}

export interface LogFiles {
  /** What the volume holds; undefined when it is empty. */
  readonly read: () => unknown;
  readonly write: (state: LogState) => void;
}

const isState = (value: unknown): value is LogState => isRecord(value) && value["schema"] === "logs@1" && isRecord(value["streams"]);

/** Lines while Elasticsearch serves them. What was kept once stays, whatever becomes of its pod. */
export class LogIndex {
  #state: LogState;
  readonly #files: LogFiles;

  constructor(files: LogFiles) {
    this.#files = files;
    const stored = files.read();
    if (stored !== undefined && !isState(stored)) throw new Error("the volume holds something else than the schema logs@1");
    this.#state = stored ?? { schema: "logs@1", streams: {} };
  }

  keep(streams: readonly LogStream[]): void {
    const longer = streams.filter(({ id, lines }) => lines.length > (this.#state.streams[id]?.lines.length ?? 0));
    if (longer.length === 0) return;
    this.#state = { ...this.#state, streams: { ...this.#state.streams, ...Object.fromEntries(longer.map((one) => [one.id, one])) } };
    this.#files.write(this.#state);
  }

  /** All that is known of these clusters. */
  documents(clusterIds: ReadonlySet<string>): readonly LogDocument[] {
    return Object.values(this.#state.streams)
      .filter(({ clusterId }) => clusterIds.has(clusterId))
      .flatMap(({ clusterId, kubernetes, lines }) => lines.map((log) => ({ log, cluster_uuid: clusterId, kubernetes })));
  }
}
