import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { eventFact } from "@kubera-e2e/evidence";
import type { KubeClient } from "@kubera-e2e/kube";
import type { Clock } from "@kubera-e2e/schema/clock";
import type { Fact, Gap } from "@kubera-e2e/schema/evidence";
import type { Redactor } from "@kubera-e2e/schema/redactor";

export interface EventStreamOptions {
  readonly bed: string;
  readonly kube: KubeClient;
  /** ndjson, one fact a line; appended to. */
  readonly file: string;
  readonly redactor: Redactor;
  readonly clock: Clock;
}

/** Bursts are read together: a start of Director brings hundreds of events within a second. */
const GATHER_MS = 200;
const KEPT_FACTS = 50_000;

/** What tells two sightings of one event apart: its count and time move, and its uid stays. */
const keyOf = (object: { readonly metadata: { readonly uid?: string; readonly name: string } }, fact: Fact): string =>
  `${object.metadata.uid ?? object.metadata.name} ${String(fact.data["count"] ?? 1)} ${fact.at}`;

/**
 * Keeps every event of a cluster from now on, `Normal` ones too, in memory and as ndjson. A revert takes events out of the cluster;
 * here they stay. A cluster that is off is looked at again until it answers.
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #seen = new Set<string>();
  readonly #read = new WeakSet<object>();
  readonly #end = new AbortController();
  readonly #observed: ReturnType<KubeClient["observe"]>;
  readonly #unsubscribe: () => void;
  #facts: Fact[] = [];
  #pending: Promise<void> | undefined;
  #writing: Promise<void>;
  #writeTrouble: string | undefined;

  constructor(options: EventStreamOptions) {
    this.#options = options;
    this.#writing = mkdir(dirname(options.file), { recursive: true }).then(() => {});
    this.#observed = options.kube.observe({ apiVersion: "v1", kind: "Event" }, { background: true });
    this.#unsubscribe = this.#observed.subscribe(() => this.#gatherSoon());
    this.#gatherSoon();
  }

  get cluster(): string {
    return this.#options.kube.cluster;
  }

  /** What was seen inside the window, oldest first; reads what has come since the last gathering too. */
  between(from: Date, to: Date): Fact[] {
    this.#gather();
    const facts = this.#facts.filter(({ at }) => Date.parse(at) >= from.getTime() && Date.parse(at) <= to.getTime());
    return facts.toSorted((a, b) => a.at.localeCompare(b.at));
  }

  /** Why the stream is not whole just now. */
  gap(): Gap | undefined {
    const { trouble, objects } = this.#observed;
    const because = this.#writeTrouble ?? trouble?.message.split("\n")[0] ?? (objects === undefined ? "nothing was read yet" : undefined);
    return because === undefined ? undefined : { collector: `events ${this.cluster}`, because };
  }

  async close(): Promise<void> {
    this.#unsubscribe();
    this.#gather();
    this.#observed.close();
    this.#end.abort(new Error("the stream has ended"));
    await this.#pending;
    await this.#writing;
  }

  #gatherSoon(): void {
    this.#pending ??= this.#options.clock
      .sleep(GATHER_MS, this.#end.signal)
      .then(() => this.#gather())
      .catch(() => {})
      .finally(() => {
        this.#pending = undefined;
      });
  }

  #gather(): void {
    const where = { bed: this.#options.bed, cluster: this.cluster };
    const fresh: Fact[] = [];
    for (const object of this.#observed.objects?.values() ?? []) {
      if (this.#read.has(object)) continue;
      this.#read.add(object);
      const fact = eventFact(where, object);
      if (fact === undefined) continue;
      const key = keyOf(object, fact);
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      fresh.push(this.#redacted(fact));
    }
    if (fresh.length === 0) return;
    this.#facts = [...this.#facts, ...fresh].slice(-KEPT_FACTS);
    this.#append(fresh);
  }

  #redacted(fact: Fact): Fact {
    const data = Object.entries(fact.data).map(([key, value]) => [
      key,
      typeof value === "string" ? this.#options.redactor.text(value) : value,
    ]);
    return { ...fact, data: Object.fromEntries(data) as Fact["data"] };
  }

  #append(facts: readonly Fact[]): void {
    const lines = facts.map((fact) => `${JSON.stringify(fact)}\n`).join("");
    this.#writing = this.#writing
      .then(() => appendFile(this.#options.file, lines))
      .catch((error: unknown) => {
        this.#writeTrouble = `${this.#options.file} cannot be written: ${String(error)}`;
      });
  }
}
