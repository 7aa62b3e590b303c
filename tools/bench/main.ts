import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BenchResult } from "@kubera-e2e/schema/bench-result";
import { benchClone } from "./clone-to-report.ts";
import { benchOverhead } from "./fixture-overhead.ts";
import { benchRestore } from "./restore.ts";
import { benchSim } from "./sim-listening.ts";
import { benchSuite } from "./suite.ts";
import { benchWait } from "./wait.ts";

const HELP = `pnpm bench [sim overhead restore clone wait suite] [--json] [--repeats N]

Measures what the project claims about its speed; exit code 1 when a claim does not hold. The suite is run three times
unless --repeats says otherwise, all else seven times.

Example: pnpm bench sim --repeats 7
`;

const REPOSITORY = join(import.meta.dirname, "..", "..");

const BENCHES: Readonly<Record<string, (repeats: number) => BenchResult[] | Promise<BenchResult[]>>> = {
  sim: (repeats) => benchSim(REPOSITORY, repeats),
  overhead: (repeats) => benchOverhead(REPOSITORY, repeats),
  restore: benchRestore,
  clone: (repeats) => benchClone(REPOSITORY, repeats),
  wait: benchWait,
  suite: (repeats) => benchSuite(REPOSITORY, repeats),
};

/** How often what takes minutes is measured; all else seven times. */
const REPEATS: Readonly<Record<string, number>> = { suite: 3 };

const show = (result: BenchResult): string =>
  [
    `${result.holds ? "holds" : "FAILS"}  ${result.id.padEnd(18)} ${result.value} ${result.unit} (goal ${result.goal}, median of ${result.n}; ${result.baseline})`,
    ...(result.details ?? []).map((line) => `         ${line}`),
  ].join("\n");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean" }, repeats: { type: "string" }, help: { type: "boolean" } },
});

const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name));
if (values.help === true || unknown.length > 0) {
  console.log(HELP);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else {
  const results: BenchResult[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHES)) {
    const measured = await (BENCHES[name]?.(Number(values.repeats ?? REPEATS[name] ?? 7)) ?? []);
    if (values.json !== true) console.log(measured.map(show).join("\n"));
    results.push(...measured);
  }
  if (values.json === true) console.log(JSON.stringify(results, undefined, 2));
  process.exitCode = results.every((result) => result.holds) ? 0 : 1;
}
