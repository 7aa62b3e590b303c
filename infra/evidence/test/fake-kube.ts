import type { CollectorContext, KubeReader } from "../src/index.ts";

export interface FakeCluster {
  /** Objects by kind. */
  readonly objects?: Readonly<Record<string, readonly object[]>>;
  /** Answers of the raw door by path; an Error is thrown. */
  readonly raw?: Readonly<Record<string, unknown>>;
}

/** A cluster that holds what it was given and knows nothing else. */
export const fakeKube = ({ objects = {}, raw = {} }: FakeCluster): KubeReader => ({
  cluster: "member",
  list: ({ kind }) => Promise.resolve(objects[kind] ?? []),
  raw: (path) => {
    const answer = raw[path] ?? new Error(`nothing is at ${path}`);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  },
});

export const FROM = "2026-11-24T10:00:00.000Z";
export const TO = "2026-11-24T10:10:00.000Z";

export const context = (): CollectorContext => ({
  bed: "sim",
  from: new Date(FROM),
  to: new Date(TO),
  signal: new AbortController().signal,
});
