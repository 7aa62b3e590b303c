import type { Fact } from "@kubera-e2e/schema/evidence";
import { fields } from "../fact-data.ts";
import type { Where } from "./changes.ts";
import { isTelling, type LogFile } from "./log-file.ts";
import type { ContainerRef } from "./recorded-cluster.ts";

/** The stored log of a container. */
export interface StoredLog {
  readonly ref: ContainerRef;
  /** As facts name the file. */
  readonly name: string;
  readonly file: LogFile;
}

interface StoredLine {
  readonly at: string;
  readonly line?: string;
  readonly times?: number;
  readonly omitted?: number;
  readonly mark?: string;
}

/** Of one container: the last lines that tell of trouble. */
const TELLING_LINES = 10;
/** The last words of a container before it was restarted or gone. */
const LAST_WORDS = 5;
const LONGEST = 500;

const isStored = (value: unknown): value is StoredLine =>
  typeof value === "object" && value !== null && typeof (value as Partial<StoredLine>).at === "string";

interface Window {
  readonly where: Where;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Lines that stand before a mark. */
const lastWords = (lines: readonly StoredLine[]): StoredLine[] => {
  const marks = lines.flatMap(({ mark }, at) => (mark === undefined ? [] : [at]));
  return marks.flatMap((at) => lines.slice(Math.max(at - LAST_WORDS, 0), at + 1));
};

/** What a container's log says of trouble in a window of time, as facts that name the file where the rest stands. */
export const tellingLines = async ({ ref, name, file }: StoredLog, { where, fromMs, toMs }: Window): Promise<Fact[]> => {
  const stored = (await file.read(fromMs, toMs)).filter(isStored);
  const lines = stored.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
  const telling = lines.filter(({ line }) => line !== undefined && isTelling(line)).slice(-TELLING_LINES);
  const chosen = new Set([...telling, ...lastWords(lines)]);
  const { container, ...pod } = ref;
  return lines
    .filter((line) => chosen.has(line))
    .map(({ at, line, times, mark, omitted }) => ({
      kind: "kubernetes.log",
      at: new Date(at).toISOString(),
      scope: { ...where, kind: "Pod", ...pod },
      data: fields({ container, line: line?.slice(0, LONGEST), times, mark, omitted, file: name }),
    }));
};
