import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { type LaneResult, lanesOf, runLanes } from "./lanes.ts";

const HELP = `pnpm check [--json]

Types, lint, format, dead code, imports, shape, honesty, plan, mutants, words, docs and reference pages, all at once. One line each; what fails is shown, and says what to edit.
  --json   an array of {id, ok, ms, output}

Example: pnpm check
`;

const indent = (text: string): string => text.replaceAll(/^/gm, "    ");

const show = ({ id, ok, ms, output }: LaneResult): void => {
  console.log(`${ok ? "ok  " : "FAIL"}  ${id.padEnd(10)} ${(ms / 1000).toFixed(1).padStart(5)} s`);
  if (!ok) console.log(`${indent(output)}\n`);
};

const { values } = parseArgs({ options: { json: { type: "boolean" }, help: { type: "boolean" } } });

if (values.help === true) {
  console.log(HELP);
} else {
  const results = await runLanes(lanesOf(dirname(dirname(import.meta.dirname))), values.json === true ? () => {} : show);
  if (values.json === true) console.log(JSON.stringify(results, null, 2));
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
}
