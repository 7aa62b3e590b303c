import type { XmlElement } from "./xml.ts";

/** Files of the disks as they were at a snapshot; the VM's base disk among them. */
const diskFiles = (layout: XmlElement): string[] =>
  layout.all("disk").flatMap((disk) => disk.all("chain").flatMap((unit) => unit.all("fileKey").map((key) => key.text)));

const stateFiles = (layout: XmlElement): string[] => [layout.textOf("dataKey"), layout.textOf("memoryKey")];

/** Sizes of snapshots from the files of `layoutEx`, counted as `govc snapshot.tree -s` counts them: a root without the base disk. */
export class SnapshotSizes {
  readonly #layouts: ReadonlyMap<string, XmlElement>;
  readonly #bytes: ReadonlyMap<string, number>;

  constructor(snapshots: XmlElement | undefined, files: XmlElement | undefined) {
    const layouts = snapshots?.all("VirtualMachineFileLayoutExSnapshotLayout") ?? [];
    const infos = files?.all("VirtualMachineFileLayoutExFileInfo") ?? [];
    this.#layouts = new Map(layouts.map((layout) => [layout.textOf("key"), layout]));
    this.#bytes = new Map(infos.map((file) => [file.textOf("key"), Number(file.textOf("size"))]));
  }

  /** undefined when the layout does not name the snapshot's files or their sizes. */
  of(id: string, parentId: string | undefined): number | undefined {
    const layout = this.#layouts.get(id);
    if (layout === undefined || this.#bytes.size === 0) return undefined;
    const parent = parentId === undefined ? undefined : this.#layouts.get(parentId);
    const own = parentId === undefined ? [] : diskFiles(layout);
    const inherited = new Set(parent === undefined ? [] : diskFiles(parent));
    const keys = [...stateFiles(layout), ...own.filter((key) => !inherited.has(key))];
    return keys.reduce((sum, key) => sum + (this.#bytes.get(key) ?? 0), 0);
  }
}
