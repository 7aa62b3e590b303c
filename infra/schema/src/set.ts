import { z } from "zod";

/**
 * What is written into the description of each snapshot of a set, so that any machine can restore it.
 * One line of JSON behind a prefix, within the 4 KiB that vSphere keeps.
 */
export const setManifestSchema = z.object({
  schema: z.literal("kubera-e2e/set@1"),
  /** Identity of the set: the same on every VM. */
  set: z.string().min(1),
  bed: z.string().min(1),
  /** As `stateName` writes it: `bare`, `director@1.12.0`. */
  state: z.string().min(1),
  takenAt: z.iso.datetime(),
  memory: z.literal(false),
  /** How many VMs belong to the set; fewer found means that it is not whole. */
  vms: z.int().min(1),
  kubernetes: z.string().optional(),
  /** bootID of this VM's node when it was taken; the one field that differs between the VMs of a set. */
  bootId: z.string().optional(),
  /** Last day on which every certificate inside is still valid. */
  lastUsableDay: z.iso.date().optional(),
});

export type SetManifest = z.infer<typeof setManifestSchema>;

const PREFIX = "kubera-e2e-set: ";

export const writeSetManifest = (manifest: SetManifest): string => PREFIX + JSON.stringify(manifest);

/** The manifest inside a snapshot's description; undefined when it holds none that can be read. */
export const readSetManifest = (description: string): SetManifest | undefined => {
  const line = description.split("\n").find((candidate) => candidate.startsWith(PREFIX));
  if (line === undefined) return undefined;
  try {
    return setManifestSchema.safeParse(JSON.parse(line.slice(PREFIX.length))).data;
  } catch {
    return undefined;
  }
};

/** The name a person sees in the snapshot tree. */
export const snapshotName = (manifest: SetManifest): string => `kubera ${manifest.state} ${manifest.set}`;
