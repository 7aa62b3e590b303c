import type { SnapshotInfo } from "../port.ts";
import type { XmlElement } from "./xml.ts";

const NO_MEMORY = "-1";

/** Snapshots whose layout names a memory file. */
const memoryKeys = (layout: XmlElement | undefined): Set<string> => {
  const entries = layout?.all("VirtualMachineFileLayoutExSnapshotLayout") ?? [];
  const withFile = entries.filter((entry) => entry.textOf("memoryKey") !== "" && entry.textOf("memoryKey") !== NO_MEMORY);
  return new Set(withFile.map((entry) => entry.textOf("key")));
};

const flatten = (element: XmlElement, depth: number, withFile: ReadonlySet<string>): SnapshotInfo[] => {
  const id = element.textOf("snapshot");
  const snapshot: SnapshotInfo = {
    id,
    name: element.textOf("name"),
    description: element.textOf("description"),
    createdAt: element.textOf("createTime"),
    depth,
    // A layout without memory is no all-clear: the tree's state says whether old processes come back.
    withMemory: element.textOf("state") !== "poweredOff" || withFile.has(id),
  };
  return [snapshot, ...element.all("childSnapshotList").flatMap((child) => flatten(child, depth + 1, withFile))];
};

/** The tree of `snapshot` with the memory files of `layoutEx.snapshot`, parents before children. */
export const readSnapshots = (info: XmlElement | undefined, layout: XmlElement | undefined): SnapshotInfo[] => {
  const withFile = memoryKeys(layout);
  return (info?.all("rootSnapshotList") ?? []).flatMap((root) => flatten(root, 1, withFile));
};
