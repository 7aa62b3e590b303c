import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { command } from "./commands.ts";
import { STATE_FOLDER, type PeerNode } from "./plan.ts";

const snapshotSchema = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  createdAt: z.iso.datetime(),
  parentId: z.string().optional(),
});
const treeSchema = z.object({ snapshots: z.array(snapshotSchema), current: z.string().optional(), next: z.int() });

export type DiskSnapshot = z.infer<typeof snapshotSchema>;
/** Parents stand before their children. */
export type SnapshotTree = z.infer<typeof treeSchema>;

const FOLDER = join(STATE_FOLDER, "snapshots");
const treeFile = (node: PeerNode): string => join(FOLDER, `${node.name}.json`);
const copyOf = (id: string): string => join(FOLDER, `${id}.img`);

export const readTree = (node: PeerNode): SnapshotTree =>
  existsSync(treeFile(node)) ? treeSchema.parse(JSON.parse(readFileSync(treeFile(node), "utf8"))) : { snapshots: [], next: 1 };

const writeTree = (node: PeerNode, tree: SnapshotTree): void => {
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  writeFileSync(`${treeFile(node)}.part`, JSON.stringify(tree, undefined, 2));
  renameSync(`${treeFile(node)}.part`, treeFile(node));
};

/** How deep a snapshot lies; 1 for one without a parent. */
export const depthIn = ({ snapshots }: SnapshotTree, { parentId }: DiskSnapshot): number => {
  const parent = snapshots.find(({ id }) => id === parentId);
  return parent === undefined ? 1 : 1 + depthIn({ snapshots, next: 0 }, parent);
};

/** Copies a disk whole or not at all; it must not be mounted. */
const copy = async (from: string, to: string): Promise<void> => {
  const draft = `${to}.part`;
  await command("cp", "--sparse=always", "--reflink=auto", from, draft);
  renameSync(draft, to);
};

/** Keeps the disk of a node that is off. */
export const takeSnapshot = async (node: PeerNode, asked: Pick<DiskSnapshot, "name" | "description">): Promise<DiskSnapshot> => {
  const tree = readTree(node);
  const parent = tree.current === undefined ? {} : { parentId: tree.current };
  const snapshot = { id: `${node.name}-${tree.next}`, ...asked, createdAt: new Date().toISOString(), ...parent };
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  await copy(node.image, copyOf(snapshot.id));
  writeTree(node, { snapshots: [...tree.snapshots, snapshot], current: snapshot.id, next: tree.next + 1 });
  return snapshot;
};

/** Brings the disk of a node back that is off. */
export const revertTo = async (node: PeerNode, { id }: DiskSnapshot): Promise<void> => {
  await copy(copyOf(id), node.image);
  writeTree(node, { ...readTree(node), current: id });
};

/** Forgets a snapshot; its children move up, and the disk stays as it is. */
export const removeSnapshot = (node: PeerNode, { id, parentId }: DiskSnapshot): void => {
  const { snapshots, current, next } = readTree(node);
  const up = (child: DiskSnapshot): DiskSnapshot => {
    const { parentId: parent, ...rest } = child;
    return parent === id ? { ...rest, ...(parentId !== undefined && { parentId }) } : child;
  };
  const now = current === id ? parentId : current;
  writeTree(node, { snapshots: snapshots.filter((one) => one.id !== id).map(up), ...(now !== undefined && { current: now }), next });
  rmSync(copyOf(id), { force: true });
};
