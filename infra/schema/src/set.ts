import { createHash } from "node:crypto";
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
  /** Which VMs those are, as `vmsHash` writes it; a manifest of before has none. */
  vmsHash: z.string().optional(),
  /** Release of Director inside; absent for `bare`. */
  build: z.string().optional(),
  kubernetes: z.string().optional(),
  /** bootID of this VM's node when it was taken; the one field that differs between the VMs of a set. */
  bootId: z.string().optional(),
  /** Last day on which every certificate inside is still valid. */
  lastUsableDay: z.iso.date().optional(),
  /** The set that this one was renewed from; it is dropped once this one is whole. */
  renews: z.string().optional(),
  /** Of a frozen state: when it may be removed. */
  expiresAt: z.iso.datetime().optional(),
  /** Of a frozen state: why it was kept. */
  because: z.string().max(500).optional(),
});

export type SetManifest = z.infer<typeof setManifestSchema>;

const HASH_LENGTH = 16;

/** Short for the names of all VMs of a bed, in any order: a description keeps no more than 4 KiB. */
export const vmsHash = (names: readonly string[]): string =>
  createHash("sha256").update(JSON.stringify(names.toSorted())).digest("hex").slice(0, HASH_LENGTH);

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

const FROZEN = "frozen:";

/** The name of a state that was kept as evidence: `frozen:20261128-051113-7772`. */
export const frozenState = (id: string): string => FROZEN + id;

/** The id of a frozen state; undefined for a state that a bed is reset to. */
export const frozenIdOf = (state: string): string | undefined => (state.startsWith(FROZEN) ? state.slice(FROZEN.length) : undefined);
