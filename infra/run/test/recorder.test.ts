import { setTimeout as pause } from "node:timers/promises";
import type { Fact } from "@kubera-e2e/schema/evidence";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApiObject, RecordedApi } from "./recorded-api.ts";
import { eventually, record } from "./recorded-cluster.ts";

const sighting = (name: string, count: number): ApiObject => ({
  kind: "Event",
  metadata: { name, uid: name, namespace: "kubera" },
  involvedObject: { kind: "Pod", namespace: "kubera", name: "p" },
  type: "Normal",
  reason: "Pulled",
  count,
  lastTimestamp: "2026-11-24T10:00:00Z",
});

const node = (boot: number): ApiObject => ({
  kind: "Node",
  metadata: { name: "w1", uid: "w1" },
  status: { nodeInfo: { bootID: `b${boot}` } },
});

type Step = "sight" | "again" | "reboot" | "forget" | "end" | "destroy" | "silent" | "wait" | "compact" | "restart" | "save" | "rollBack";

const HARMLESS: readonly Step[] = ["sight", "sight", "again", "again", "reboot", "forget", "end", "destroy", "silent", "wait"];
const HARMFUL: readonly Step[] = [...HARMLESS, "compact", "restart", "save", "rollBack"];

/** What happened in the cluster, in words, by stream. */
class Truth {
  readonly events: string[] = [];
  readonly nodes: string[] = [];
  readonly #api: RecordedApi;
  #counts = new Map<string, number>();
  #boot = 0;
  #saved: { readonly stored: ReturnType<RecordedApi["save"]>; readonly counts: Map<string, number> } | undefined;

  constructor(api: RecordedApi) {
    this.#api = api;
  }

  async take(step: Step, at: number): Promise<void> {
    const known = [...this.#counts.keys()];
    const some = known[at % Math.max(known.length, 1)];
    const steps: Readonly<Record<Step, () => unknown>> = {
      sight: () => this.#sight(`e${at}`),
      again: () => some !== undefined && this.#sight(some),
      reboot: () => this.#reboot(),
      forget: () => some !== undefined && this.#counts.delete(some) && this.#api.remove(sighting(some, 1)),
      end: () => this.#api.breakWatches("end"),
      destroy: () => this.#api.breakWatches("destroy"),
      silent: () => this.#api.silence(),
      wait: () => pause(15),
      compact: () => this.#api.compact(),
      restart: () => this.#api.restart(),
      save: () => (this.#saved = { stored: this.#api.save(), counts: new Map(this.#counts) }),
      rollBack: () => this.#rollBack(),
    };
    await steps[step]();
  }

  #sight(name: string): void {
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    this.events.push(`${name} ${count}`);
    this.#api.put({ ...sighting(name, count), message: name });
  }

  #reboot(): void {
    this.#boot += 1;
    this.nodes.push(`b${this.#boot}`);
    this.#api.put(node(this.#boot));
  }

  #rollBack(): void {
    if (this.#saved === undefined) return;
    this.#counts = new Map(this.#saved.counts);
    this.#api.rollBack(this.#saved.stored);
  }
}

const sightings = (facts: readonly Fact[]): string[] => facts.map(({ data }) => `${String(data["message"])} ${String(data["count"])}`);
const boots = (facts: readonly Fact[]): string[] => facts.map(({ data }) => String(data["nodeInfo.bootID"]));

describe("what is recorded of a cluster", () => {
  test("is all that happened, each once and in order, however its watches break or fall silent", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...HARMLESS), { minLength: 5, maxLength: 40 }), async (steps) => {
        await using recording = await record();
        const truth = new Truth(recording.api);
        for (const [at, step] of steps.entries()) await truth.take(step, at);
        await truth.take("sight", steps.length);
        const told = (): number => recording.facts("events.ndjson").length + recording.facts("nodes.ndjson").length;
        await eventually("all is recorded", () => told() >= truth.events.length + truth.nodes.length).catch(() => {});
        expect(sightings(recording.facts("events.ndjson"))).toEqual(truth.events);
        expect(boots(recording.facts("nodes.ndjson"))).toEqual(truth.nodes);
      }),
      { numRuns: 15 },
    );
  }, 120_000);

  test("is nothing but what happened, never twice, and how it is in the end, also when history is lost or etcd set back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...HARMFUL), { minLength: 5, maxLength: 40 }), async (steps) => {
        await using recording = await record();
        const truth = new Truth(recording.api);
        for (const [at, step] of steps.entries()) await truth.take(step, at);
        await truth.take("sight", steps.length);
        const present = recording.api.objects;
        const last = present.filter(({ kind }) => kind === "Event").map((event) => `${event.metadata.name} ${String(event["count"])}`);
        const isThere = (): boolean => {
          const told = new Set(sightings(recording.facts("events.ndjson")));
          return last.every((one) => told.has(one));
        };
        await eventually("the present state is recorded", isThere).catch(() => {});
        const told = sightings(recording.facts("events.ndjson"));
        expect(told).toEqual(expect.arrayContaining(last));
        expect(told.filter((one, at) => told.indexOf(one) !== at)).toEqual([]);
        expect(told.filter((one) => !truth.events.includes(one))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});
