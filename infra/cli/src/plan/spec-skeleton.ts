import type { PlanEntry } from "@kubera-e2e/schema/plan-entry";

const words = (id: string): string[] =>
  id
    .replace(/^TCID-(DIR-)?/, "")
    .toLowerCase()
    .split("-");

/** `tests/<area>/<behaviour>.<kind>.spec.ts`, the behaviour from the words of the id that the area does not say already. */
export const specFileOf = ({ id, area, kind }: PlanEntry): string => {
  const behaviour = words(id).filter((word) => word !== area && word !== kind);
  return `tests/${area}/${behaviour.length === 0 ? area : behaviour.join("-")}.${kind}.spec.ts`;
};

const quoted = (text: string): string => JSON.stringify(text);

const NOT_WRITTEN = "what the plan expects is not written yet";

const expectations = ({ expect = [NOT_WRITTEN] }: PlanEntry): string[] =>
  expect.map((line) => `  expect.soft("not asserted yet", ${quoted(line)}).toBe("asserted");`);

const MOST_COLUMNS = 140;

/** The head of the test, in one line where the formatter would put it there. */
const headOf = ({ id, title, day, priority }: PlanEntry): { readonly lines: readonly string[]; readonly isWide: boolean } => {
  const call = `plan(${quoted(id)}, { day: ${day}, priority: ${priority.slice(1)}, draft: true })`;
  const line = `test(${quoted(title)}, ${call}, () => {`;
  return line.length <= MOST_COLUMNS
    ? { lines: [line], isWide: false }
    : { lines: ["test(", `  ${quoted(title)},`, `  ${call},`, "  () => {"], isWide: true };
};

const HINT = "  // What the case needs comes as in `async ({ director, bed }) => {`; docs/write-a-spec.md lists what there is.";

/** The text of a draft that fails, with one soft expectation for each line that the plan expects. */
export const specSkeleton = (entry: PlanEntry): string => {
  const { lines, isWide } = headOf(entry);
  return [
    'import { expect, plan, test } from "@kubera-e2e/fixtures";',
    "",
    ...(entry.kind === "chaos" ? ["test.use({ disturbs: true });", ""] : []),
    ...lines,
    ...[HINT, ...expectations(entry)].map((line) => (isWide ? `  ${line}` : line)),
    ...(isWide ? ["  },", ");"] : ["});"]),
    "",
  ].join("\n");
};
