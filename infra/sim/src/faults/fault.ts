import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { isCauseId } from "@kubera-e2e/schema/causes";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";

const fillDiskSchema = z.strictObject({
  cluster: z.enum(["server", "member"]),
  plane: z.enum(["control", "worker"]),
  freePercent: z.number().min(0).max(100),
});

const failTasksSchema = z.strictObject({
  methods: z.array(z.string().endsWith("_Task")).min(1).optional(),
  vms: z.array(z.string()).min(1).optional(),
  esxHost: z.string().optional(),
  fault: z.string(),
  message: z.string(),
  atPercent: z.number().min(0).max(100).optional(),
  times: z.int().min(1).optional(),
  hangs: z.boolean().optional(),
});

const faultSchema = z
  .strictObject({
    id: z.string(),
    title: z.string(),
    story: z.string(),
    fillDisk: fillDiskSchema.optional(),
    failTasks: failTasksSchema.optional(),
    /** The cause that a diagnosis must find. */
    expected: z.string().refine(isCauseId, "must be a cause id"),
  })
  .refine(({ fillDisk, failTasks }) => (fillDisk === undefined) !== (failTasks === undefined), "a fault does exactly one thing");

/** A fault as its YAML file declares it. */
export type Fault = z.infer<typeof faultSchema>;

/** All faults that can be fired, by id. */
export const loadFaults = (): ReadonlyMap<string, Fault> => {
  const files = readdirSync(import.meta.dirname).filter((file) => file.endsWith(".yaml"));
  const faults = files.map((file) => faultSchema.parse(parse(readFileSync(join(import.meta.dirname, file), "utf8"))));
  return new Map(faults.map((fault) => [fault.id, fault]));
};

/** The fault of this id. Error: `SIM_FAULT_UNKNOWN` with the nearest one. */
export const findFault = (faults: ReadonlyMap<string, Fault>, id: string): Fault => {
  const fault = faults.get(id);
  if (fault !== undefined) return fault;
  const known = [...faults.keys()];
  throw new KuberaError("SIM_FAULT_UNKNOWN", {
    what: `no fault is called ${id}`,
    where: "infra/sim/src/faults",
    because: `the faults declared there are ${known.join(", ")}`,
    fix: `Did you mean ${nearest(id, known) ?? known[0]}?`,
  });
};
