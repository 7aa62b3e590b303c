import type { Limitation, MachineInfo, Machines, SnapshotInfo, SnapshotRequest } from "@kubera-e2e/machines";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { writeSetManifest, type SetManifest } from "@kubera-e2e/schema/set";

interface Vm {
  readonly name: string;
  readonly esxHost: string;
  power: "on" | "off";
  snapshots: SnapshotInfo[];
  current: string | undefined;
  /** Counts boots; a node's bootID follows it. */
  boots: number;
  /** Counts snapshots ever taken, so that no id comes twice. */
  taken: number;
  consolidationNeeded: boolean;
  /** Set while its host is gone. */
  lost?: string;
}

/** How a step of one VM goes wrong: "revert a1". */
export type Trouble = ReadonlyMap<string, Error | "hangs" | "does nothing">;

/** Where a snapshot lies that is taken of a VM now. */
const placeOf = ({ snapshots, current }: Pick<Vm, "snapshots" | "current">): Pick<SnapshotInfo, "depth" | "parentId"> => {
  const parent = snapshots.find(({ id }) => id === current);
  return { depth: 1 + (parent?.depth ?? 0), ...(parent !== undefined && { parentId: parent.id }) };
};

const isBelow = (snapshots: readonly SnapshotInfo[], snapshot: SnapshotInfo, id: string): boolean => {
  for (let next: SnapshotInfo | undefined = snapshot; next !== undefined;) {
    const { parentId }: SnapshotInfo = next;
    if (parentId === id) return true;
    next = snapshots.find((candidate) => candidate.id === parentId);
  }
  return false;
};

/** A snapshot below one that was removed. */
const lifted = (snapshot: SnapshotInfo, gone: SnapshotInfo): SnapshotInfo => {
  const { parentId, ...rest } = snapshot;
  const parent = parentId === gone.id ? gone.parentId : parentId;
  return { ...rest, depth: snapshot.depth - 1, ...(parent !== undefined && { parentId: parent }) };
};

const noSnapshot = (vm: string, id: string): KuberaError =>
  new KuberaError("VSPHERE_FAULT", { what: `VM "${vm}" has no snapshot ${id}`, where: "memory", because: "it was removed", fix: "look" });

/** A hypervisor in memory that honours the port's contract, keeps a journal, and fails where it is told to. */
export class MemoryMachines implements Machines {
  readonly journal: string[] = [];
  readonly vms = new Map<string, Vm>();
  trouble: Trouble = new Map();
  limits: readonly Limitation[] = [];
  /** Called with each step before it takes effect. */
  onStep: (step: string) => Promise<void> = () => Promise.resolve();

  add(name: string, esxHost: string): void {
    this.vms.set(name, { name, esxHost, power: "on", snapshots: [], current: undefined, boots: 1, taken: 0, consolidationNeeded: false });
  }

  /** Puts a snapshot into a VM's tree, on top of the current one, as if it had always been there. */
  seed(name: string, manifest: SetManifest, over: Partial<SnapshotInfo> = {}): void {
    const vm = this.#vm(name);
    const id = `${name}-snapshot-${vm.snapshots.length + 1}`;
    const description = writeSetManifest(manifest);
    vm.snapshots.push({
      id,
      name: manifest.state,
      description,
      createdAt: manifest.takenAt,
      ...placeOf(vm),
      withMemory: false,
      ...over,
    });
    vm.current = id;
  }

  inspect(names: readonly string[]): Promise<MachineInfo[]> {
    return Promise.resolve(
      names.map((name) => {
        const { esxHost, power, snapshots, current, consolidationNeeded, lost } = this.#vm(name);
        if (lost !== undefined) return { name, esxHost, power: "off", snapshots: [], consolidationNeeded: false, lost };
        const base = { name, esxHost, power, snapshots: [...snapshots], consolidationNeeded };
        return current === undefined ? base : { ...base, currentSnapshot: current };
      }),
    );
  }

  async powerOff(name: string): Promise<void> {
    await this.#step(`power off ${name}`, () => {
      this.#vm(name).power = "off";
    });
  }

  async powerOn(name: string): Promise<void> {
    await this.#step(`power on ${name}`, () => {
      const vm = this.#vm(name);
      if (vm.power === "off") vm.boots += 1;
      vm.power = "on";
    });
  }

  async snapshot(name: string, request: SnapshotRequest): Promise<string> {
    const vm = this.#vm(name);
    vm.taken += 1;
    const id = `${name}-taken-${vm.taken}`;
    await this.#step(`snapshot ${name}`, () => {
      vm.snapshots.push({ id, ...request, createdAt: "2026-01-01T00:00:00Z", ...placeOf(vm), withMemory: vm.power === "on" });
      vm.current = id;
    });
    return id;
  }

  async revert(name: string, snapshotId: string): Promise<void> {
    await this.#step(`revert ${name}`, () => {
      const vm = this.#vm(name);
      if (!vm.snapshots.some(({ id }) => id === snapshotId)) throw noSnapshot(name, snapshotId);
      vm.current = snapshotId;
      vm.power = "off";
    });
  }

  async removeSnapshot(name: string, snapshotId: string): Promise<void> {
    await this.#step(`remove ${name}`, () => {
      const vm = this.#vm(name);
      const gone = vm.snapshots.find(({ id }) => id === snapshotId);
      if (gone === undefined) throw noSnapshot(name, snapshotId);
      if (vm.current === snapshotId) vm.current = gone.parentId;
      const left = vm.snapshots.filter((snapshot) => snapshot !== gone);
      vm.snapshots = left.map((snapshot) => (isBelow(left, snapshot, snapshotId) ? lifted(snapshot, gone) : snapshot));
    });
  }

  limitations(): Promise<readonly Limitation[]> {
    return Promise.resolve(this.limits);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #step(step: string, effect: () => void): Promise<void> {
    this.journal.push(step);
    await this.onStep(step);
    const trouble = this.trouble.get(step);
    if (trouble instanceof Error) throw trouble;
    if (trouble === "hangs") await new Promise(() => {});
    if (trouble === undefined) effect();
  }

  #vm(name: string): Vm {
    const vm = this.vms.get(name);
    if (vm !== undefined) return vm;
    throw new KuberaError("MACHINE_MISSING", {
      what: `no VM is called ${name}`,
      where: "memory",
      because: "it was not added",
      fix: "add it",
    });
  }
}
