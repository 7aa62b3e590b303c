import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { z } from "zod";
import { findStoreFolder, storeFolder } from "./store-folder.ts";
import { writeWhole } from "./write-whole.ts";

const pinSchema = z.strictObject({
  pin: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  /** Of the accepted certificate, for people. */
  subject: z.string(),
  acceptedAt: z.iso.datetime(),
});

const fileSchema = z.strictObject({
  schema: z.literal("kubera-e2e/trust@1"),
  bed: z.string(),
  /** By the endpoint's name. */
  pins: z.record(z.string(), pinSchema),
});

export type StoredPin = z.infer<typeof pinSchema>;
export type StoredPins = Readonly<Record<string, StoredPin>>;

type Store = Pick<Settings, "KUBERA_STORE">;

const fileIn = (folder: string, bed: string): string => join(folder, "trust", `${bed}.json`);

/** The file with what was accepted for a bed on this computer. */
export const pinsFile = (bed: string, settings: Store): string => fileIn(storeFolder(settings), bed);

/** What `e2e bed trust --accept` stored for a bed. Error: `SETTING_INVALID` for a file that is not what was stored. */
export const readPins = (bed: string, settings: Store): StoredPins => {
  const folder = findStoreFolder(settings);
  const file = folder === undefined ? undefined : fileIn(folder, bed);
  if (file === undefined || !existsSync(file)) return {};
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, "utf8"))).pins;
  } catch (cause) {
    throw new KuberaError("SETTING_INVALID", {
      what: `the stored trust of the bed ${bed} cannot be used`,
      where: file,
      because: cause instanceof z.ZodError ? z.prettifyError(cause).replaceAll("\n", " ") : String(cause),
      fix: `Remove the file and accept its certificates anew: e2e bed trust ${bed} --accept.`,
      cause,
    });
  }
};

/** Stores accepted pins beside those that are there. */
export const storePins = async (bed: string, settings: Store, pins: StoredPins): Promise<void> => {
  const whole = { schema: "kubera-e2e/trust@1", bed, pins: { ...readPins(bed, settings), ...pins } };
  await writeWhole(pinsFile(bed, settings), `${JSON.stringify(whole, undefined, 2)}\n`);
};

const given = <T extends { readonly trust?: unknown }>(part: T, stored: StoredPin | undefined): T =>
  part.trust !== undefined || stored === undefined ? part : { ...part, trust: { pin: stored.pin } };

/** The bed with accepted pins where its file says nothing of trust. */
export const withStoredPins = (bed: TestBed, settings: Store): TestBed => {
  const pins = readPins(bed.name, settings);
  return {
    ...bed,
    machines: bed.machines.driver === "esx" ? given(bed.machines, pins["machines"]) : bed.machines,
    clusters: bed.clusters.map((cluster) => given(cluster, pins[`clusters.${cluster.name}`])),
    registry: given(bed.registry, pins["registry"]),
    director: given(bed.director, pins["director"]),
  };
};
