import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CALLS_MIME, toldCallsSchema, WAIT_TITLE, type ToldCall } from "@kubera-e2e/schema/told-calls";
import type { AllureAttachment, AllureResult, AllureStep } from "./allure-result.ts";

const stepOf = ({ title, startMs, stopMs }: ToldCall): AllureStep => ({
  name: title,
  status: "passed",
  stage: "finished",
  start: startMs,
  stop: stopMs,
});

const runsAllTheWhile = ({ start = Infinity, stop = 0 }: AllureStep, { startMs, stopMs }: ToldCall): boolean =>
  start <= startMs && stopMs <= stop;

/** A call inside the innermost of the given steps that was running all the time it took; beside them where none was. */
const insert = (steps: readonly AllureStep[], call: ToldCall): AllureStep[] => {
  const index = steps.findLastIndex((step) => runsAllTheWhile(step, call));
  const outer = steps[index];
  return outer === undefined ? [...steps, stepOf(call)] : steps.with(index, { ...outer, steps: insert(outer.steps ?? [], call) });
};

const inOrder = (steps: readonly AllureStep[]): AllureStep[] =>
  steps
    .map((step) => (step.steps === undefined ? step : { ...step, steps: inOrder(step.steps) }))
    .toSorted((a, b) => (a.start ?? 0) - (b.start ?? 0));

const isWait = ({ title }: ToldCall): boolean => title.startsWith(WAIT_TITLE);

/** Waits and calls as steps at their place, calls inside their waits. From the last to the first, no call is taken for one that another was made in. */
const placeCalls = (steps: readonly AllureStep[], told: readonly ToldCall[]): AllureStep[] => {
  const outerFirst = told.filter(isWait).toSorted((a, b) => a.startMs - b.startMs || b.stopMs - a.stopMs);
  const latestFirst = told.filter((one) => !isWait(one)).toSorted((a, b) => b.startMs - a.startMs);
  return inOrder([...outerFirst, ...latestFirst].reduce<AllureStep[]>((placed, call) => insert(placed, call), [...steps]));
};

const isCalls = ({ type }: AllureAttachment): boolean => type === CALLS_MIME;

/** allure-playwright makes a step of each attachment. */
const isWrap = ({ attachments = [] }: AllureStep): boolean => attachments.some(isCalls);

/** A result whose attached calls stand among its steps, and the files that nobody needs any more once it is written. */
export const unfoldCalls = (folder: string, result: AllureResult): { readonly result: AllureResult; readonly done: readonly string[] } => {
  const attached = [...result.attachments, ...result.steps.flatMap((step) => step.attachments ?? [])].filter(isCalls);
  if (attached.length === 0) return { result, done: [] };
  const done = attached.map(({ source }) => join(folder, source));
  const calls = done.flatMap((file) => toldCallsSchema.parse(JSON.parse(readFileSync(file, "utf8"))));
  const attachments = result.attachments.filter((attachment) => !isCalls(attachment));
  const steps = result.steps.filter((step) => !isWrap(step));
  return { result: { ...result, attachments, steps: placeCalls(steps, calls) }, done };
};
