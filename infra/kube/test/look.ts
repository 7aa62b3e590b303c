import type { KubeProbe, KubeView } from "../src/index.ts";

/** What time it is in every look. */
const NOW = "2026-11-24T12:00:00Z";

export interface Thing {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

const view = (things: readonly Thing[], forMs: number): KubeView =>
  ({
    cluster: "server",
    nowMs: Date.parse(NOW),
    began: (_what: string, now: unknown) => ({ first: now, forMs }),
    leastSeen: () => 0,
    get: (ref: { kind: string; name: string }) => things.find(({ kind, metadata }) => kind === ref.kind && metadata.name === ref.name),
    list: ({ kind }: { kind: string }) => things.filter((thing) => thing.kind === kind),
  }) as unknown as KubeView;

/** "reached", "never: …" or "not yet: …". */
export const look = <T>(probe: KubeProbe<T>, ...things: readonly Thing[]): string => lookAfter(Infinity, probe, ...things);

/** The same after all that is seen was seen for some time; what counts upwards began with 0. */
export const lookAfter = <T>(forMs: number, probe: KubeProbe<T>, ...things: readonly Thing[]): string => {
  const seen = probe.probe(view(things, forMs));
  if (seen.done) return "reached";
  return `${seen.terminal === true ? "never" : "not yet"}: ${seen.because}`;
};
