import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { ListedTest } from "./list-tests.ts";

const CASE = /^TCID-[A-Z0-9-]+$/i;

export const namesCases = (args: readonly string[]): boolean => args.some((arg) => CASE.test(arg));

const unclaimed = (id: string, tests: readonly ListedTest[]): KuberaError => {
  const meant = nearest(id, [...new Set(tests.map(({ plan }) => plan))]);
  return new KuberaError("USAGE", {
    what: `no spec claims the case ${id}`,
    where: `pnpm test ${id}`,
    because: "its id is mistyped, or it is planned and not automated",
    fix: `${meant === undefined ? "Look it up" : `Write pnpm test ${meant}, or look it up`} in docs/reference/README.md, where all are that are automated.`,
  });
};

const PATTERN = /^(?:--grep(?:=.*)?|-g.*)$/s;

/** Playwright would follow the last pattern alone. */
const refusePattern = (args: readonly string[]): void => {
  const pattern = args.find((arg) => PATTERN.test(arg));
  if (pattern === undefined) return;
  throw new KuberaError("USAGE", {
    what: "a case and a pattern cannot be given at once",
    where: `pnpm test ${args.join(" ")}`,
    because: "the pattern would choose tests of other cases too",
    fix: `Leave ${pattern} out, or write the case's file instead of its id.`,
  });
};

/** What stands behind a flag is its value. */
const isFile = (arg: string, index: number, args: readonly string[]): boolean =>
  /^[^-].*(?:\/|\.spec\.)/.test(arg) && !/^--?[\w-]+$/.test(args[index - 1] ?? "");

/** The files of the cases replace it, and nobody would hear that it was not run. */
const refuseFile = (args: readonly string[]): void => {
  const file = args.find(isFile);
  if (file === undefined) return;
  throw new KuberaError("USAGE", {
    what: "a case and a file cannot be given at once",
    where: `pnpm test ${args.join(" ")}`,
    because: "a case is looked for in all files, and of the named one only its own tests would run",
    fix: `Run ${file} by itself, or write the ids of its cases.`,
  });
};

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

/** Playwright matches a pattern with project, file, groups and title, and writes the tags of each group behind it. */
const TAGS = String.raw`(?: @\S+)*`;
const patternOf = (tests: readonly ListedTest[]): string => {
  const titles = tests.map(({ title }) => escaped(title).replaceAll(" ", `${TAGS} `));
  return String.raw`\.spec\.ts (?:${titles.join("|")})${TAGS}$`;
};

/**
 * A command line whose cases are written as Playwright takes them: their project, their files and their titles.
 *
 * Error: `USAGE` for an id that no spec claims, and for a pattern or a file beside an id.
 */
export const writeOutCases = (args: readonly string[], tests: readonly ListedTest[]): string[] => {
  refusePattern(args);
  refuseFile(args);
  const ids = args.filter((arg) => CASE.test(arg)).map((arg) => arg.toUpperCase());
  const chosen = ids.flatMap((id) => {
    const found = tests.filter(({ plan }) => plan === id);
    if (found.length === 0) throw unclaimed(id, tests);
    return found;
  });
  const files = new Set(chosen.map(({ file }) => file));
  const projects = args.some((arg) => arg.startsWith("--project")) ? [] : new Set(chosen.map(({ project }) => `--project=${project}`));
  return [...files, ...projects, "--grep", patternOf(chosen), ...args.filter((arg) => !CASE.test(arg))];
};
