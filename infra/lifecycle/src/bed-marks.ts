import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeWhole } from "./write-whole.ts";

const markSchema = z.object({
  schema: z.literal("kubera-e2e/bed-mark@1"),
  bed: z.string(),
  /** `clean`: in the state of its set and untouched since. `broken` is also what a restore that died leaves behind. */
  state: z.enum(["clean", "dirty", "broken"]),
  /** `bare`, `director@1.12.0`; absent when unknown. */
  holds: z.string().optional(),
  set: z.string().optional(),
  /** What was begun and can be begun again on a broken bed; all else needs a restore first. */
  undone: z.enum(["snapshot", "dispose", "setup"]).optional(),
  because: z.string(),
  at: z.iso.datetime(),
});

export type BedMark = z.infer<typeof markSchema>;

/** What is known of beds beyond one process. */
export interface BedMarks {
  /** undefined when nothing is known. */
  read(bed: string): Promise<BedMark | undefined>;
  /** `signal` ends a wait for whoever else must hear of it; rejects with its reason. */
  write(mark: Omit<BedMark, "schema">, signal?: AbortSignal): Promise<void>;
}

/** Whether all VMs stand at one time, as far as this mark tells: it was restored, its set was taken, or it has no VMs. */
export const isWhole = ({ state, undone }: Pick<BedMark, "state" | "undone">): boolean => state !== "broken" || undone === "setup";

/** Why the VMs may stand at different times; undefined where they do not, or what was begun reverts none. */
export const mixedBy = (mark: Pick<BedMark, "state" | "undone" | "because"> | undefined): string | undefined =>
  mark?.state === "broken" && mark.undone === undefined ? mark.because : undefined;

const parseMark = (text: string): BedMark | undefined => {
  try {
    return markSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

/** Marks as files in a folder; one that cannot be read means that nothing is known. */
export const fileMarks = (folder: string): BedMarks => {
  const fileOf = (bed: string): string => join(folder, "beds", `${bed}.json`);
  return {
    read: async (bed) => {
      const text = await readFile(fileOf(bed), "utf8").catch(() => undefined);
      return text === undefined ? undefined : parseMark(text);
    },
    write: (mark) => writeWhole(fileOf(mark.bed), JSON.stringify({ schema: "kubera-e2e/bed-mark@1", ...mark })),
  };
};
