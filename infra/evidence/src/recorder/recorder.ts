import { firstLine } from "@kubera-e2e/schema/first-line";
import { setMaxListeners } from "node:events";
import { join } from "node:path";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { factSchema, type Fact, type Gap } from "@kubera-e2e/schema/evidence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { EventRecords } from "./event-records.ts";
import { FactFile } from "./fact-file.ts";
import { GapBook } from "./gap-book.ts";
import { NodeRecords } from "./node-records.ts";
import { PodLogs } from "./pod-logs.ts";
import { PodRecords } from "./pod-records.ts";
import type { KindListener, RecordedCluster } from "./recorded-cluster.ts";

export interface RecorderOptions {
  readonly bed: string;
  readonly kube: RecordedCluster;
  /** The run's folder of evidence; what is recorded goes into `<place>/` below it. */
  readonly folder: string;
  /** Default the name of the cluster. */
  readonly place?: string;
  /** Whose containers' logs are followed. */
  readonly namespaces: readonly string[];
  readonly redactor: Redactor;
  readonly clock?: Clock;
}

/** What was recorded about a window of time, oldest first. */
export interface Recorded {
  readonly facts: Fact[];
  readonly gaps: Gap[];
}

type Stream = "events" | "pods" | "nodes";
type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

const KINDS = { events: "Event", pods: "Pod", nodes: "Node" } as const satisfies Record<Stream, string>;
const STREAMS: readonly Stream[] = ["events", "pods", "nodes"];
/** Longest time that a cluster may keep a run from ending. */
const CLOSE_LIMIT_MS = 5000;
/** The same for a disk that hangs. */
const FLUSH_LIMIT_MS = 5000;
const LOOK_MS = 50;

const forgotten = (stream: Stream, sinceMs: number): string =>
  `the API server no longer knew which ${stream} came and went since ${new Date(sinceMs).toISOString()}`;

/**
 * Records one cluster from now on: every event of all namespaces, every change of pods and nodes, and the logs of some namespaces. It is
 * all in files; memory holds where in them a time stands. Never throws for a cluster or a disk: what is missing is told as a gap.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #clock: Clock;
  readonly #end = new AbortController();
  readonly #files: Readonly<Record<Stream, FactFile>>;
  readonly #gaps = new GapBook();
  readonly #events: EventRecords;
  readonly #pods: PodRecords;
  readonly #nodes: NodeRecords;
  readonly #logs: PodLogs;
  readonly #following: Promise<unknown>;
  #closing: Promise<void> | undefined;

  constructor(options: RecorderOptions) {
    const { bed, kube, folder, namespaces, redactor, clock = systemClock, place = kube.cluster } = options;
    this.#options = options;
    this.#clock = clock;
    const where = { bed, cluster: kube.cluster };
    const own = join(folder, place);
    const fileOf = (stream: Stream): FactFile => new FactFile(join(own, `${stream}.ndjson`), redactor);
    this.#files = { events: fileOf("events"), pods: fileOf("pods"), nodes: fileOf("nodes") };
    this.#events = new EventRecords(where);
    this.#pods = new PodRecords(where);
    this.#nodes = new NodeRecords(where);
    const { signal } = this.#end;
    // One listener for each log that is followed.
    setMaxListeners(0, signal);
    const root = join("evidence", place);
    this.#logs = new PodLogs({ where, kube, folder: own, root, namespaces, redactor, clock, signal });
    for (const stream of STREAMS) this.#gaps.setTrouble(this.#nameOf(stream), "nothing was read yet");
    this.#following = Promise.all(STREAMS.map((stream) => this.#follow(stream)));
  }

  get cluster(): string {
    return this.#options.kube.cluster;
  }

  /** Waits until every stream is current, at most so long: a cluster that came back a moment ago has something to tell in the next one. */
  async current(limitMs: number): Promise<void> {
    const probe = async () => (this.#gaps.hasTrouble ? notYet("a stream is not current") : reached(undefined));
    const waiting = { what: `what is recorded of ${this.cluster} is current`, deadlineMs: limitMs, intervalMs: LOOK_MS, probe };
    // What is not current by then is told as a gap.
    await waitUntil({ ...waiting, clock: this.#clock, signal: this.#end.signal }).catch(() => {});
  }

  async between(from: Date, to: Date): Promise<Recorded> {
    const [fromMs, toMs] = [from.getTime(), to.getTime()];
    const parts = [...Object.values(this.#files), this.#logs].map((part) => part.between(fromMs, toMs));
    const read = await Promise.allSettled(parts);
    const facts = read.flatMap((part) => (part.status === "fulfilled" ? part.value : []));
    const lost = read.flatMap((part) => (part.status === "rejected" ? [this.#gap("files", firstLine(part.reason))] : []));
    return { facts: facts.toSorted((a, b) => a.at.localeCompare(b.at)), gaps: [...this.#gapsOf(fromMs, toMs), ...lost] };
  }

  /** Ends all streams and writes what they told; what a cluster keeps hanging is left behind after 5 s. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#end.abort(new Error("the recording has ended"));
    await this.#within(
      CLOSE_LIMIT_MS,
      this.#following.then(() => this.#logs.end()),
    );
    await this.#within(FLUSH_LIMIT_MS, Promise.all(Object.values(this.#files).map((file) => file.flush())));
  }

  async #within(limitMs: number, ending: Promise<unknown>): Promise<void> {
    const done = new AbortController();
    const late = this.#clock.sleep(limitMs, done.signal).catch(() => {});
    await Promise.race([late, ending.catch(() => {})]);
    done.abort();
  }

  async #follow(stream: Stream): Promise<void> {
    const kind = { apiVersion: "v1", kind: KINDS[stream] };
    try {
      await this.#options.kube.follow(kind, this.#listenerOf(stream), this.#end.signal);
    } catch (error) {
      this.#gaps.setTrouble(this.#nameOf(stream), firstLine(error));
    }
  }

  #listenerOf(stream: Stream): KindListener {
    const collector = this.#nameOf(stream);
    return {
      onChange: (type, object) => {
        try {
          this.#take(stream, type, object);
        } catch (error) {
          this.#lose(stream, `an object of kind ${KINDS[stream]} is malformed: ${firstLine(error)}`);
        }
      },
      onTrouble: (trouble) => {
        this.#gaps.setTrouble(collector, trouble === undefined ? undefined : firstLine(trouble));
        if (stream === "pods") this.#logs.setAway(trouble !== undefined);
      },
      // Not by the name of the stream, whose facts are current: it is no blindness, and every restart of an API server brings it.
      onLoss: (sinceMs) => this.#gaps.add(this.#gap("history", forgotten(stream, sinceMs)), sinceMs, this.#clock.now()),
    };
  }

  #take(stream: Stream, type: ChangeType, object: object): void {
    if (stream === "events") return type === "DELETED" ? undefined : this.#takeEvent(object);
    const at = new Date(this.#clock.now()).toISOString();
    if (stream === "pods") this.#logs.take(type, object);
    const facts = (stream === "pods" ? this.#pods : this.#nodes).take(type, object, at);
    for (const fact of facts) this.#files[stream].append(factSchema.parse(fact));
  }

  /** An event that is deleted was told when it came. */
  #takeEvent(object: object): void {
    const record = this.#events.take(object);
    if (record === undefined) return;
    if ("fact" in record) this.#files.events.append(record.fact);
    else this.#lose("events", record.malformed);
  }

  #lose(stream: Stream, because: string): void {
    const nowMs = this.#clock.now();
    this.#gaps.add(this.#gap(stream, this.#options.redactor.text(because)), nowMs, nowMs);
  }

  #gapsOf(fromMs: number, toMs: number): Gap[] {
    const unwritten = Object.values(this.#files).flatMap((file) => file.trouble ?? []);
    const written = [...unwritten, ...this.#logs.writeTroubles()].map((because) => this.#gap("files", because));
    const [unread, ...others] = this.#logs.troubles();
    const unreadLogs =
      unread === undefined ? [] : [this.#gap("logs", `${unread}${others.length === 0 ? "" : `, and ${others.length} more`}`)];
    return [...this.#gaps.within(fromMs, toMs), ...written, ...unreadLogs];
  }

  #gap(part: string, because: string): Gap {
    return { collector: this.#nameOf(part), because };
  }

  #nameOf(part: string): string {
    return `${part} ${this.cluster}`;
  }
}
