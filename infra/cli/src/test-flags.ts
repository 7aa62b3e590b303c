import { KuberaError } from "@kubera-e2e/schema/kubera-error";

export interface TestFlags {
  /** What Playwright gets, api chosen when no project was. */
  readonly args: readonly string[];
  /** Whether tests will run to an outcome: not for --list, --ui, --help. */
  readonly runs: boolean;
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

const projectsOf = (args: readonly string[]): string[] =>
  args.flatMap((arg, index) =>
    arg === "--project" ? [args[index + 1] ?? ""] : arg.startsWith("--project=") ? [arg.slice("--project=".length)] : [],
  );

const refuseSleepingGui = (projects: readonly string[], guiIsAwake: boolean): void => {
  if (guiIsAwake || !projects.includes("gui")) return;
  throw new KuberaError("USAGE", {
    what: "the project gui exists only with KUBERA_GUI=1",
    where: "--project=gui",
    because: "browser specs are asleep by default; the suites test through the API first",
    fix: "KUBERA_GUI=1 pnpm test --project=gui",
  });
};

/**
 * The command line of `pnpm test` as Playwright gets it.
 *
 * Error: `USAGE` for `--`, and for the project gui without its flag.
 */
export const readTestFlags = (args: readonly string[], options: { readonly gui: boolean }): TestFlags => {
  refuseDoubleDash(args);
  const projects = projectsOf(args);
  refuseSleepingGui(projects, options.gui);
  const chosen = projects.length > 0 || args.some(isUi) ? args : ["--project=api", ...args];
  return { args: chosen, runs: !args.some((arg) => WITHOUT_OUTCOME.has(arg) || isUi(arg)) };
};
