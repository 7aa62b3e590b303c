import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Evidence, evidenceSchema, type Fact } from "@kubera-e2e/schema/evidence";

/** Evidence as a run in the simulated data centre stored it, with fewer facts of each kind: its head, then one fact a line. */
export const recorded = (name: string): Evidence => {
  const lines = readFileSync(join(import.meta.dirname, "recorded", `${name}.ndjson`), "utf8")
    .trim()
    .split("\n");
  const [head, ...facts] = lines.map((line): unknown => JSON.parse(line));
  return evidenceSchema.parse({ ...(head as object), facts });
};

const later = (iso: string, ms: number): string => new Date(Date.parse(iso) + ms).toISOString();

/** Milliseconds by which to move one evidence, so that its window begins when that of another does. */
export const offset = (from: Evidence, to: Evidence): number => Date.parse(to.window.from) - Date.parse(from.window.from);

const isTime = (key: string, value: unknown): value is string => /(Time|At|Timestamp)$/.test(key) && typeof value === "string";

/** The same facts at another time; what they tell of moments moves along. */
export const moved = (facts: readonly Fact[], ms: number): Fact[] =>
  facts.map((fact) => ({
    ...fact,
    at: later(fact.at, ms),
    data: Object.fromEntries(Object.entries(fact.data).map(([key, value]) => [key, isTime(key, value) ? later(value, ms) : value])),
  }));

/** The same facts of another cluster. */
export const onCluster = (facts: readonly Fact[], from: string, to: string): Fact[] =>
  facts.map((fact) => (fact.scope.cluster === from ? { ...fact, scope: { ...fact.scope, cluster: to } } : fact));

/** The same evidence at another time. */
export const movedWhole = (evidence: Evidence, ms: number): Evidence => ({
  ...evidence,
  window: { from: later(evidence.window.from, ms), to: later(evidence.window.to, ms) },
  facts: moved(evidence.facts, ms),
});

/** Facts of the run itself, without a test. */
export const ofTheRun = ({ test: _test, error: _error, ...rest }: Evidence): Evidence => rest;
