import { z } from "zod";

const snapshot = z.strictObject({
  id: z.string().min(1),
  name: z.string(),
  description: z.string(),
  createdAt: z.string().refine((text) => !Number.isNaN(Date.parse(text)), "is no time"),
  depth: z.int().min(1),
  parentId: z.string().min(1).exactOptional(),
  sizeBytes: z.int().nonnegative().exactOptional(),
  withMemory: z.boolean(),
});

type Snapshot = z.infer<typeof snapshot>;

/** Removal and the search for the set a VM is on walk from child to parent. */
const orphanOf = (snapshots: readonly Snapshot[]): Snapshot | undefined => {
  const depths = new Map<string | undefined, number>([[undefined, 0]]);
  return snapshots.find(({ id, depth, parentId }) => {
    const isOrphan = depths.get(parentId) !== depth - 1;
    depths.set(id, depth);
    return isOrphan;
  });
};

const tree = z.array(snapshot).superRefine((snapshots, context) => {
  const orphan = orphanOf(snapshots);
  if (orphan === undefined) return;
  const message = `${orphan.id} is at depth ${orphan.depth}, and its parentId names no snapshot before it that is one higher`;
  context.addIssue({ code: "custom", message });
});

const machine = z.strictObject({
  name: z.string().min(1),
  power: z.enum(["on", "off", "suspended"]),
  esxHost: z.string().min(1),
  snapshots: tree,
  currentSnapshot: z.string().min(1).exactOptional(),
  consolidationNeeded: z.boolean(),
  lost: z.string().min(1).exactOptional(),
});

const done = z.strictObject({});

/** What each script must answer on stdout; a machine that it does not know is left out, `known` are the names there are. */
export const SCRIPT_ANSWERS = {
  inspect: z.strictObject({ machines: z.array(machine), known: z.array(z.string()).optional() }),
  power: done,
  snapshot: z.strictObject({ id: z.string().min(1) }),
  revert: done,
  remove: done,
} as const;

export type ScriptVerb = keyof typeof SCRIPT_ANSWERS;
export type ScriptAnswer<V extends ScriptVerb> = z.infer<(typeof SCRIPT_ANSWERS)[V]>;

/** What each script reads on stdin. */
export interface ScriptRequests {
  readonly inspect: { readonly names: readonly string[] };
  readonly power: { readonly name: string; readonly to: "on" | "off" };
  readonly snapshot: { readonly name: string; readonly snapshot: { readonly name: string; readonly description: string } };
  readonly revert: { readonly name: string; readonly snapshotId: string };
  readonly remove: { readonly name: string; readonly snapshotId: string };
}

/** What a script that fails may answer, so that the kind of its fault is kept: `{"error": {"type": "TaskInProgress", "message": "…"}}`. */
export const scriptErrorSchema = z.strictObject({ error: z.strictObject({ type: z.string().min(1), message: z.string() }) });
