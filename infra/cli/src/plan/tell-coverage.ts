import { loadRelease } from "@kubera-e2e/director";
import { declaredBed } from "@kubera-e2e/lifecycle/load-test-bed";
import type { PlanEntry } from "@kubera-e2e/schema/plan-entry";
import { readSettings } from "@kubera-e2e/schema/settings";
import { REPOSITORY } from "../repository.ts";
import { DEFAULT_BED } from "../run-place.ts";
import { bedGives } from "./bed-gives.ts";
import { coverageRows, openCases, standingOf } from "./coverage.ts";
import { readPlan } from "./read-plan.ts";
import { renderCoverage } from "./render-coverage.ts";

interface CoverageAsked {
  readonly bed?: string;
  readonly json?: boolean;
  readonly open?: boolean;
}

const openLine = ({ id, priority, day, area, kind, title }: PlanEntry): string =>
  `${priority}  day ${day}  ${area.padEnd(8)} ${kind.padEnd(5)} ${id}  ${title}`;

/**
 * What `e2e plan coverage` prints, line by line.
 *
 * Errors: `PLAN_INVALID`, `BED_UNKNOWN`, `BED_INVALID`, `RELEASE_UNKNOWN`, those of the settings.
 */
export const tellCoverage = (asked: CoverageAsked): string[] => {
  const settings = readSettings();
  const { release: build } = loadRelease(settings.KUBERA_BUILD);
  const bed = declaredBed(asked.bed ?? settings.KUBERA_BED ?? DEFAULT_BED, settings);
  const cases = standingOf(readPlan(REPOSITORY), { build, gives: bedGives(bed, settings) });
  const [rows, open] = [coverageRows(cases), openCases(cases)];
  if (asked.json === true) return [JSON.stringify(asked.open === true ? open : rows, undefined, 2)];
  if (asked.open === true) return open.map(openLine);
  const [p0, all] = [open.filter(({ priority }) => priority === "P0").length, open.length];
  return [
    `Director ${build} · bed ${bed.name}`,
    "",
    renderCoverage(rows),
    "",
    `${all} cases are runnable here and neither automated nor waived, ${p0} of them P0: pnpm e2e plan coverage --open`,
  ];
};
