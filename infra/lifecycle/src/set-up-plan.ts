import type { ListedMachine } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedSetup } from "@kubera-e2e/schema/bed-setup";
import type { TestBed } from "@kubera-e2e/schema/test-bed";

export interface PlannedStep {
  readonly subject: string;
  readonly what: string;
}

export interface PlannedGroup {
  readonly phase: string;
  readonly steps: readonly PlannedStep[];
}

export interface SetUpPlan {
  readonly bed: string;
  readonly product: string;
  /** Why VMs that are missing cannot be made here. */
  readonly cannotClone?: string;
  /** VMs that are missing. */
  readonly toClone: readonly string[];
  readonly groups: readonly PlannedGroup[];
}

/** What the hypervisor says now. */
export interface Inventory {
  readonly product: string;
  readonly cannotClone?: string;
  readonly machines: readonly ListedMachine[];
}

const declaredNames = (bed: TestBed): string[] => bed.clusters.flatMap(({ vms }) => vms.map(({ name }) => name));

const setupOf = (bed: TestBed): BedSetup => {
  if (bed.setup !== undefined) return bed.setup;
  throw new KuberaError("SETUP_FAILED", {
    what: `the bed ${bed.name} declares no set-up`,
    where: "setup in the bed's file",
    because: "it does not say from which template its VMs are cloned",
    fix: "Add a block setup: docs/set-up-and-dispose.md has examples for kubeadm, RKE and Konvoy.",
  });
};

/** A VM that bears a bed's name and was made by somebody else must be neither used nor harmed. */
const refuseForeign = (bed: TestBed, machines: readonly ListedMachine[]): void => {
  const names = new Set(declaredNames(bed));
  const foreign = machines.filter(({ name, madeFor }) => names.has(name) && madeFor !== bed.name);
  if (foreign.length === 0) return;
  throw new KuberaError("SETUP_FAILED", {
    what: `${foreign.length} ${foreign.length === 1 ? "VM" : "VMs"} of the bed ${bed.name} ${foreign.length === 1 ? "is" : "are"} there, and no set-up made ${foreign.length === 1 ? "it" : "them"}`,
    where: foreign.map(({ name, madeFor }) => `${name}${madeFor === undefined ? "" : ` (made for the bed ${madeFor})`}`).join(", "),
    because: "what runs on them is not known, and a set-up would build upon it",
    fix: "Give the bed's VMs other names, or take what is there as it is: e2e bed snapshot --state bare.",
  });
};

const whereTo = ({ folder, pool, datastore }: BedSetup): string =>
  [folder && `folder ${folder}`, pool && `pool ${pool}`, datastore && `datastore ${datastore}`]
    .filter((part) => part !== undefined)
    .join(", ");

const vmSteps = (bed: TestBed, step: (name: string) => string): PlannedStep[] =>
  declaredNames(bed).map((name) => ({ subject: name, what: step(name) }));

/** What a set-up will do, from what the inventory says; pure. Error: `SETUP_FAILED` for a bed without a set-up, or VMs that no set-up made. */
export const planSetUp = (bed: TestBed, { product, cannotClone, machines }: Inventory): SetUpPlan => {
  const setup = setupOf(bed);
  refuseForeign(bed, machines);
  const there = new Map(machines.map((machine) => [machine.name, machine]));
  const toClone = declaredNames(bed).filter((name) => !there.has(name));
  const to = whereTo(setup);
  const clone = `clone of ${setup.template}${to === "" ? "" : ` to ${to}`}`;
  const groups: PlannedGroup[] = [
    { phase: "clone", steps: vmSteps(bed, (name) => (there.has(name) ? "is there, made by an earlier set-up" : clone)) },
    { phase: "power on", steps: vmSteps(bed, (name) => (there.get(name)?.power === "on" ? "is on" : "power on")) },
    {
      phase: "addresses",
      steps: setup.addresses && setup.bootstrap.length > 0 ? vmSteps(bed, () => "its VMware Tools tell an address") : [],
    },
    { phase: "bootstrap", steps: setup.bootstrap.map(({ name, argv }) => ({ subject: name, what: argv.join(" ") })) },
    {
      phase: "nodes ready",
      steps: bed.clusters.flatMap((cluster) => cluster.vms.map(({ node }) => ({ subject: `${cluster.name}/${node}`, what: "Ready" }))),
    },
    { phase: "snapshot", steps: [{ subject: bed.name, what: "power all VMs off, take the set bare without memory, power on" }] },
  ];
  return {
    bed: bed.name,
    product,
    ...(cannotClone !== undefined && { cannotClone }),
    toClone,
    groups: groups.filter(({ steps }) => steps.length > 0),
  };
};

/** The groups of a plan as text for a person. */
export const groupLines = (groups: readonly PlannedGroup[]): string[] => {
  const width = Math.max(0, ...groups.flatMap(({ steps }) => steps.map(({ subject }) => subject.length)));
  return groups.flatMap(({ phase, steps }, index) => [
    `${index + 1}. ${phase}`,
    ...steps.map(({ subject, what }) => `   ${subject.padEnd(width)}  ${what}`),
  ]);
};

export const setUpLines = (plan: SetUpPlan): string[] => [
  `set up ${plan.bed} on ${plan.product}`,
  ...(plan.cannotClone === undefined || plan.toClone.length === 0 ? [] : [`cannot be done here: clone: ${plan.cannotClone}`]),
  ...groupLines(plan.groups),
];
