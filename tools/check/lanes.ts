import { execFile } from "node:child_process";
import { join } from "node:path";
import { staleReference } from "@kubera-e2e/cli/reference";
import { checkDocs } from "./doc-rules.ts";
import { checkHonesty } from "./honesty-rules.ts";
import { type House, readHouse, type Violation } from "./house.ts";
import { checkImports } from "./import-rules.ts";
import { checkMutants } from "./mutant-rules.ts";
import { checkPlans } from "./plan-rules.ts";
import { checkShape } from "./shape-rules.ts";
import { checkWords } from "./word-rules.ts";

/** What one part of the check came to; `output` tells what to do when it is not ok. */
export interface LaneResult {
  readonly id: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly output: string;
}

export interface Lane {
  readonly id: string;
  readonly run: () => Promise<{ readonly ok: boolean; readonly output: string }>;
}

const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** A tool from node_modules/.bin; its words count only when it fails. */
const tool = (root: string, id: string, argv: readonly [string, ...string[]]): Lane => ({
  id,
  run: () =>
    new Promise((done) => {
      const [program, ...args] = argv;
      execFile(join(root, "node_modules/.bin", program), args, { cwd: root, maxBuffer: OUTPUT_LIMIT }, (error, stdout, stderr) => {
        done({ ok: error === null, output: error === null ? "" : `${stdout}${stderr}`.trim() || error.message });
      });
    }),
});

export const formatViolation = ({ file, line, message }: Violation): string => `${file}${line === undefined ? "" : `:${line}`}: ${message}`;

const rule = (house: () => House, id: string, check: (house: House) => Violation[]): Lane => ({
  id,
  run: () => {
    const violations = check(house());
    return Promise.resolve({ ok: violations.length === 0, output: violations.map(formatViolation).join("\n") });
  },
});

/** Pages that are made of the plan and the specs. */
const reference = (root: string): Lane => ({
  id: "reference",
  run: async () => {
    const stale = await staleReference(root);
    return { ok: stale.length === 0, output: [...stale, "Run `pnpm e2e plan docs`."].join("\n") };
  },
});

/** Every part of `pnpm check` for the repository at `root`. */
export const lanesOf = (root: string): Lane[] => {
  let read: House | undefined;
  const house = (): House => (read ??= readHouse(root));
  return [
    tool(root, "types", ["tsc"]),
    tool(root, "lint", ["oxlint"]),
    tool(root, "format", ["oxfmt", "--check", "."]),
    tool(root, "dead code", ["knip", "--no-progress"]),
    rule(house, "imports", checkImports),
    rule(house, "shape", checkShape),
    rule(house, "honesty", checkHonesty),
    rule(house, "plan", checkPlans),
    rule(house, "mutants", checkMutants),
    rule(house, "words", checkWords),
    rule(house, "docs", checkDocs),
    reference(root),
  ];
};

/** Runs all lanes at once; `onDone` hears of each as it ends. A lane that throws has failed. */
export const runLanes = (lanes: readonly Lane[], onDone: (result: LaneResult) => void): Promise<LaneResult[]> =>
  Promise.all(
    lanes.map(async ({ id, run }) => {
      const startedMs = performance.now();
      const ended = await Promise.resolve()
        .then(run)
        .catch((error: unknown) => ({ ok: false, output: error instanceof Error ? (error.stack ?? error.message) : String(error) }));
      const result = { id, ...ended, ms: Math.round(performance.now() - startedMs) };
      onDone(result);
      return result;
    }),
  );
