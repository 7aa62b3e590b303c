import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Machines } from "../src/index.ts";
import { ACCESS_CASES } from "./contract-access.ts";
import { ANNOTATION_CASES } from "./contract-annotations.ts";
import { MARK_TITLE, tidy, type ContractCase } from "./contract-case.ts";
import { POWER_CASES } from "./contract-power.ts";
import { REVERT_CASES, SNAPSHOT_CASES } from "./contract-snapshots.ts";
import { FAULT_CASES } from "./contract-faults.ts";
import { NAME_CASES, SUSPENDED_CASES } from "./contract-names.ts";
import { TREE_CASES } from "./contract-trees.ts";
import { readDeviations, TARGETS, type Deviation, type Peer, type Target } from "./contract-target.ts";

const CASES: readonly ContractCase[] = [
  ...ACCESS_CASES,
  ...POWER_CASES,
  ...SNAPSHOT_CASES,
  ...REVERT_CASES,
  ...TREE_CASES,
  ...NAME_CASES,
  ...SUSPENDED_CASES,
  ...FAULT_CASES,
  ...ANNOTATION_CASES,
];
const deviations = await readDeviations();
const absent = new Map(
  await Promise.all(TARGETS.map(async ({ name, absent }): Promise<[string, string | undefined]> => [name, await absent()])),
);
const held = new Map<string, number>();
const leftOut = new Map<string, number>();

const deviationOf = (target: Target, title: string): Deviation | undefined =>
  deviations.find(({ targets, cases }) => targets.includes(target.name) && cases.includes(title));

const fails = async (work: () => Promise<void>): Promise<boolean> => {
  try {
    await work();
    return false;
  } catch {
    return true;
  }
};

/** A deviation is a promise as well: one that has gone must leave the list. */
const holdTo = async (target: Target, title: string, work: () => Promise<void>): Promise<void> => {
  const declared = deviationOf(target, title);
  if (declared === undefined) await work();
  else expect(await fails(work), `${declared.id} no longer deviates on ${target.name}: take it out of deviations.json`).toBe(true);
  held.set(target.name, (held.get(target.name) ?? 0) + 1);
};

describe.each(TARGETS.filter(({ name }) => absent.get(name) === undefined))("machines against $name", (target) => {
  let peer: Peer;
  let machines: Machines;

  beforeAll(async () => {
    peer = await target.start();
    machines = peer.open();
  });

  beforeEach(() => tidy(machines, peer.vms.slice(0, 4)));

  afterAll(async () => {
    await machines.close();
    await peer.stop();
  });

  test.for(CASES)("$title", async ({ title, needs = [], run }, { skip }) => {
    const missing = needs.filter((ability) => peer[ability] === undefined);
    if (missing.length > 0) {
      leftOut.set(target.name, (leftOut.get(target.name) ?? 0) + 1);
      skip(`this peer has no ${missing.join(", ")}`);
    }
    const [vm = "", ...others] = peer.vms.slice(0, 4);
    expect.hasAssertions();
    await holdTo(target, title, () => run({ peer, machines, vm, others }));
  });

  test("tells of itself the limitations that are declared", async () => {
    const declared = deviations.filter(({ targets }) => targets.includes(target.name)).flatMap(({ limitation }) => limitation ?? []);
    const told = await machines.limitations();
    expect(told.map(({ step }) => step).toSorted()).toEqual(declared.toSorted());
  });
});

const skipped = TARGETS.flatMap(({ name }) => ({ name, because: absent.get(name) ?? "" })).filter(({ because }) => because !== "");

test.for(skipped)("cannot be held against $name here: $because", ({ because }, { skip }) => {
  expect(because).toMatch(/\w/);
  skip(because);
});

test("declares deviations only of cases and targets that exist", () => {
  const titles = new Set([...CASES.map(({ title }) => title), MARK_TITLE]);
  const names = new Set(TARGETS.map(({ name }) => name));
  expect(deviations.flatMap(({ cases }) => cases).filter((title) => !titles.has(title))).toEqual([]);
  expect(deviations.flatMap(({ targets }) => targets).filter((name) => !names.has(name))).toEqual([]);
  expect(CASES.length).toBeGreaterThanOrEqual(60);
});

afterAll(() => {
  const rows = TARGETS.map(({ name }) => {
    const reason = absent.get(name);
    const own = deviations.filter(({ targets, cases }) => targets.includes(name) && !cases.includes(MARK_TITLE));
    const lines = own.flatMap(({ id, cases, because }) => cases.map((title) => `      ${id}: ${title} — ${because}`));
    const head =
      reason === undefined
        ? `${(held.get(name) ?? 0) - lines.length} of ${CASES.length} cases hold, ${lines.length} deviate as declared, ${leftOut.get(name) ?? 0} do not apply`
        : `skipped: ${reason}`;
    return [`  ${name}: ${head}`, ...lines].join("\n");
  });
  process.stdout.write(`\nmachines, contract\n${rows.join("\n")}\n\n`);
});
