import type { RestorePlan } from "./restore-plan.ts";

const head = ({ bed, state, manifest }: RestorePlan): string[] => [
  `restore ${bed} to ${state}`,
  `  set ${manifest.set}, taken ${manifest.takenAt}, ${manifest.vms} VMs, without memory`,
  ...(manifest.lastUsableDay === undefined ? [] : [`  its certificates are valid until ${manifest.lastUsableDay}`]),
];

/** The plan as text for a person: every step that would be done, in order; each group begins when the one before has ended. */
export const printPlan = (plan: RestorePlan): string => {
  const width = Math.max(...plan.groups.flatMap((group) => group.steps.map((step) => step.subject.length)));
  const groups = plan.groups.flatMap((group, index) => [
    `${index + 1}. ${group.phase}`,
    ...group.steps.map((step) => `   ${step.subject.padEnd(width)}  ${step.what}`),
  ]);
  return [...head(plan), ...plan.notes.map((note) => `  note: ${note}`), ...groups].join("\n");
};
