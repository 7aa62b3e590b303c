import type { SnapshotInfo } from "../port.ts";
import { SnapshotSizes } from "./snapshot-sizes.ts";
import type { XmlElement } from "./xml.ts";

interface Tree {
  readonly withFile: ReadonlySet<string>;
  readonly sizes: SnapshotSizes;
}

const NO_MEMORY = "-1";

/** Snapshots whose layout names a memory file. */
const memoryKeys = (layout: XmlElement | undefined): Set<string> => {
  const entries = layout?.all("VirtualMachineFileLayoutExSnapshotLayout") ?? [];
  const withFile = entries.filter((entry) => entry.textOf("memoryKey") !== "" && entry.textOf("memoryKey") !== NO_MEMORY);
  return new Set(withFile.map((entry) => entry.textOf("key")));
};

const flatten = (element: XmlElement, tree: Tree, parent?: SnapshotInfo): SnapshotInfo[] => {
  const id = element.textOf("snapshot");
  const sizeBytes = tree.sizes.of(id, parent?.id);
  const snapshot: SnapshotInfo = {
    id,
    name: element.textOf("name"),
    description: element.textOf("description"),
    createdAt: element.textOf("createTime"),
    depth: 1 + (parent?.depth ?? 0),
    ...(parent !== undefined && { parentId: parent.id }),
    ...(sizeBytes !== undefined && { sizeBytes }),
    // A layout without memory is no all-clear: the tree's state says whether old processes come back.
    withMemory: element.textOf("state") !== "poweredOff" || tree.withFile.has(id),
  };
  return [snapshot, ...element.all("childSnapshotList").flatMap((child) => flatten(child, tree, snapshot))];
};

/** The tree of `snapshot` with what `layoutEx.snapshot` and `layoutEx.file` say of its files, parents before children. */
export const readSnapshots = (info: XmlElement | undefined, snapshots: XmlElement | undefined, files?: XmlElement): SnapshotInfo[] => {
  const tree = { withFile: memoryKeys(snapshots), sizes: new SnapshotSizes(snapshots, files) };
  return (info?.all("rootSnapshotList") ?? []).flatMap((root) => flatten(root, tree));
};
