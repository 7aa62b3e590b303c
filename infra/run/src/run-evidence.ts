import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gatherEvidence, givenFacts, nodesCollector, podsCollector, workloadsCollector, type Collector } from "@kubera-e2e/evidence";
import type { BedContext } from "@kubera-e2e/lifecycle";
import { toWire } from "@kubera-e2e/schema/error-wire";
import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { z } from "zod";
import type { EventsAnswer } from "./wire.ts";
import { writeWhole } from "@kubera-e2e/lifecycle/write-whole";

export interface RunEvidenceOptions {
  readonly context: BedContext;
  readonly run: string;
  readonly artifacts: string;
  readonly redactor: Redactor;
  readonly window: { readonly from: string; readonly to: string };
  readonly error: unknown;
  readonly events: (from: Date, to: Date) => Promise<EventsAnswer>;
}

const BUDGET_MS = 15_000;

const restoreStepsSchema = z.array(
  z.object({
    bed: z.string(),
    steps: z.array(
      z.object({
        phase: z.string(),
        subject: z.string(),
        vm: z.string().optional(),
        esxHost: z.string().optional(),
        cluster: z.string().optional(),
        node: z.string().optional(),
        startedAt: z.iso.datetime(),
        ms: z.number(),
        outcome: z.string(),
        because: z.string().optional(),
      }),
    ),
  }),
);

/** The steps of every restore of the bed in this run, from its restore.json. */
const restoreFacts = async (bed: string, artifacts: string): Promise<Fact[]> => {
  const text = await readFile(join(artifacts, RUN_FILES.restore), "utf8").catch(() => "[]");
  const restores = restoreStepsSchema.parse(JSON.parse(text));
  const own = restores.filter((restore) => restore.bed === bed);
  return own.flatMap(({ steps }) =>
    steps.map(({ startedAt, vm, esxHost, cluster, node, because, ...rest }) => ({
      kind: "restore.step" as const,
      at: startedAt,
      scope: { bed, ...(vm && { vm }), ...(esxHost && { esxHost }), ...(cluster && { cluster }), ...(node && { node }) },
      data: { ...rest, ...(because !== undefined && { because }) },
    })),
  );
};

const machineFacts = async ({ machines, bed, clock }: BedContext): Promise<Fact[]> => {
  const placed = bed.clusters.flatMap((cluster) => cluster.vms.map((vm) => ({ cluster: cluster.name, vm: vm.name, node: vm.node })));
  const inspected = await machines.inspect(placed.map(({ vm }) => vm));
  return inspected.map(({ name, esxHost, power, consolidationNeeded, currentSnapshot }) => ({
    kind: "machine" as const,
    at: new Date(clock.now()).toISOString(),
    scope: { bed: bed.name, esxHost, ...placed.find(({ vm }) => vm === name) },
    data: { powerState: power, consolidationNeeded, ...(currentSnapshot !== undefined && { snapshot: currentSnapshot }) },
  }));
};

const eventCollectors = async ({ events, window }: RunEvidenceOptions): Promise<Collector[]> => {
  const { facts, gaps } = await events(new Date(window.from), new Date(window.to));
  const untold = gaps.map(({ collector, because }): Collector => ({ name: collector, collect: () => Promise.reject(new Error(because)) }));
  return [{ name: "events", collect: () => Promise.resolve(facts) }, ...untold];
};

const collectorsOf = async (options: RunEvidenceOptions): Promise<Collector[]> => {
  const { context, artifacts } = options;
  const kubes = await Promise.all(context.bed.clusters.map(({ name }) => context.kube(name)));
  return [
    ...kubes.flatMap((kube) => [nodesCollector(kube), podsCollector(kube), workloadsCollector(kube)]),
    ...(await eventCollectors(options)),
    { name: "machines", collect: () => machineFacts(context) },
    givenFacts("restore steps", () => restoreFacts(context.bed.name, artifacts)),
  ];
};

/** Stores what the bed tells when it cannot be brought into a state, as evidence of the run without a test: `evidence/bed-<name>.json`. */
export const storeRunEvidence = async (options: RunEvidenceOptions): Promise<void> => {
  const { context, run, window, error, redactor, artifacts } = options;
  const { name, target } = context.bed;
  const about = { run, target, bed: name, window, error: toWire(error) };
  const evidence = await gatherEvidence({
    collectors: await collectorsOf(options),
    budgetMs: BUDGET_MS,
    about,
    redactor,
    clock: context.clock,
  });
  await writeWhole(join(artifacts, RUN_FILES.evidence, `bed-${name}.json`), `${JSON.stringify(evidence)}\n`);
};
