import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { Settings } from "@kubera-e2e/schema/settings";
import { refuseBadPattern } from "./refuse-bad-pattern.ts";

export interface TestFlags {
  /** What Playwright gets, api chosen when no project was. */
  readonly args: readonly string[];
  /** Whether tests will run to an outcome: not for --list, --ui, --help. */
  readonly runs: boolean;
  /** What --keep says; undefined when it does not stand there. */
  readonly keep?: Settings["KUBERA_KEEP"];
}

const WITHOUT_OUTCOME = new Set(["--list", "--help", "-h", "--version", "-V"]);

const isUi = (flag: string): boolean => flag === "--ui" || flag.startsWith("--ui-");

const refuseDoubleDash = (args: readonly string[]): void => {
  if (!args.includes("--")) return;
  throw new KuberaError("USAGE", {
    what: "-- is not accepted: Playwright would drop everything behind it",
    where: `pnpm test ${args.join(" ")}`,
    because: "the whole suite would run as if no flag had been given, and look green",
    fix: `Leave it out: pnpm test ${args.filter((arg) => arg !== "--").join(" ")}`,
  });
};

/** What follows a flag up to the next one; at least one value. */
const following = (args: readonly string[]): string[] => {
  const [first = "", ...others] = args;
  const end = others.findIndex((arg) => arg.startsWith("-"));
  return [first, ...(end < 0 ? others : others.slice(0, end))];
};

/** Values of a flag, written as `--flag value` or `--flag=value`. */
const valuesOf = (args: readonly string[], flag: string): string[] =>
  args.flatMap((arg, index) => (arg === flag ? [args[index + 1] ?? ""] : arg.startsWith(`${flag}=`) ? [arg.slice(flag.length + 1)] : []));

/** How many workers a command line asks for in a number; undefined when it does not, or in percent. */
export const workersOf = (args: readonly string[]): number | undefined => {
  const text = [...valuesOf(args, "--workers"), ...valuesOf(args, "-j")].at(-1) ?? "";
  return /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
};

const OF_ALL = /^(?:--project(?:=api)?|api|--shard(?:=\d+\/\d+)?|\d+\/\d+)$/;

/** Whether the command line of Playwright asks for the whole api suite or a shard of it, and for nothing special of Playwright. */
export const asksForAll = (argv: readonly string[]): boolean => {
  const verb = argv.indexOf("test");
  return verb >= 0 && argv.slice(verb + 1).every((arg) => OF_ALL.test(arg));
};

/** Playwright takes several projects behind one flag. */
export const projectsOf = (args: readonly string[]): string[] => [
  ...args.flatMap((arg, index) => (arg === "--project" ? following(args.slice(index + 1)) : [])),
  ...args.filter((arg) => arg.startsWith("--project=")).map((arg) => arg.slice("--project=".length)),
];

const PROJECTS = ["api", "gui", "chaos"];

const refuseUnknownProject = (projects: readonly string[]): void => {
  // A pattern may stand for several, and is Playwright's to judge.
  const unknown = projects.find((name) => !name.includes("*") && !PROJECTS.includes(name.toLowerCase()));
  if (unknown === undefined) return;
  throw new KuberaError("USAGE", {
    what: `there is no project "${unknown}"`,
    where: `--project=${unknown}`,
    because: `the projects are ${PROJECTS.join(", ")}`,
    fix: `Write --project=${nearest(unknown, PROJECTS) ?? "api"}, or leave it out: api is the default.`,
  });
};

const refuseSleepingGui = (projects: readonly string[], guiIsAwake: boolean): void => {
  if (guiIsAwake || !projects.includes("gui")) return;
  throw new KuberaError("USAGE", {
    what: "the project gui exists only with KUBERA_GUI=1",
    where: "--project=gui",
    because: "browser specs are asleep by default; the suites test through the API first",
    fix: "KUBERA_GUI=1 pnpm test --project=gui",
  });
};

const refuseBadShard = (args: readonly string[]): void => {
  for (const text of valuesOf(args, "--shard")) {
    const [, index = "0", total = "0"] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
    if (Number(index) >= 1 && Number(index) <= Number(total)) continue;
    throw new KuberaError("USAGE", {
      what: `--shard ${text} names no part of the suite`,
      where: `--shard=${text}`,
      because: "a shard is its number, from 1, and how many there are",
      fix: "Write --shard=1/3 for the first of three.",
    });
  }
};

const KEEPS = ["never", "on-failure", "always"] as const;

/** --keep is ours: Playwright gets the rest. */
const takeKeep = (args: readonly string[]): { readonly keep?: Settings["KUBERA_KEEP"]; readonly rest: readonly string[] } => {
  const text = valuesOf(args, "--keep").at(-1);
  if (text === undefined) return { rest: args };
  const keep = KEEPS.find((candidate) => candidate === text);
  const rest = args.filter((arg, index) => arg !== "--keep" && args[index - 1] !== "--keep" && !arg.startsWith("--keep="));
  if (keep !== undefined) return { keep, rest };
  throw new KuberaError("USAGE", {
    what: `--keep ${text} is nothing that can be kept`,
    where: `--keep=${text}`,
    because: `it says when the state of the bed is kept: ${KEEPS.join(", ")}`,
    fix: "Write --keep=on-failure.",
  });
};

/**
 * The command line of `pnpm test` as Playwright gets it.
 *
 * Error: `USAGE` for `--`, a --keep, a pattern, a shard or a project that cannot be, and the project gui without its flag.
 */
export const readTestFlags = (given: readonly string[], options: { readonly gui: boolean }): TestFlags => {
  refuseDoubleDash(given);
  refuseBadPattern(given);
  const { keep, rest: args } = takeKeep(given);
  refuseBadShard(args);
  const projects = projectsOf(args);
  refuseUnknownProject(projects);
  refuseSleepingGui(projects, options.gui);
  const chosen = projects.length > 0 || args.some(isUi) ? args : ["--project=api", ...args];
  return { args: chosen, runs: !args.some((arg) => WITHOUT_OUTCOME.has(arg) || isUi(arg)), ...(keep !== undefined && { keep }) };
};
