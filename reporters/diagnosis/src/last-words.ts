import type { Fact, Scope } from "@kubera-e2e/schema/evidence";
import type { LogData } from "@kubera-e2e/schema/recorded-data";
import type { Seen } from "./facts.ts";

/** The API tells whole seconds of when a container ended. */
const SECOND_MS = 1000;
const LONGEST = 120;

interface End {
  readonly scope: Scope;
  readonly container: string;
  readonly atMs: number;
}

/** What a container wrote last before it ended, and the file that holds all it wrote. */
export interface LastWords {
  readonly line: string;
  readonly file: string | undefined;
  readonly fact: Fact;
}

/** The last recorded line of a container before it ended. */
export const lastWordsOf = (logs: readonly Seen<LogData>[], { scope, container, atMs }: End): LastWords | undefined => {
  const own = logs.filter(
    ({ fact, data, atMs: saidMs }) =>
      data.line !== undefined &&
      data.container === container &&
      saidMs < atMs + SECOND_MS &&
      fact.scope.cluster === scope.cluster &&
      fact.scope.namespace === scope.namespace &&
      fact.scope.name === scope.name,
  );
  const last = own.at(-1);
  if (last?.data.line === undefined) return undefined;
  const line = last.data.line.length > LONGEST ? `${last.data.line.slice(0, LONGEST)} …` : last.data.line;
  return { line, file: last.data.file, fact: last.fact };
};
