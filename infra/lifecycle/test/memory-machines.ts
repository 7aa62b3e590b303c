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
}

/** How a step of one VM goes wrong: "revert a1". */
export type Trouble = ReadonlyMap<string, Error | "hangs" | "does nothing">;

/** A hypervisor in memory that honours the port's contract, keeps a journal, and fails where it is told to. */
export class MemoryMachines implements Machines {
  readonly journal: string[] = [];
  readonly vms = new Map<string, Vm>();
  trouble: Trouble = new Map();
  limits: readonly Limitation[] = [];
  /** Called with each step before it takes effect. */
  onStep: (step: string) => Promise<void> = () => Promise.resolve();

  add(name: string, esxHost: string): void {
    this.vms.set(name, { name, esxHost, power: "on", snapshots: [], current: undefined, boots: 1 });
  }

  /** Puts a snapshot into a VM's tree, on top of the current one, as if it had always been there. */
  seed(name: string, manifest: SetManifest, over: Partial<SnapshotInfo> = {}): void {
    const vm = this.#vm(name);
    const depth = 1 + (vm.snapshots.find(({ id }) => id === vm.current)?.depth ?? 0);
    const id = `${name}-snapshot-${vm.snapshots.length + 1}`;
    const description = writeSetManifest(manifest);
    vm.snapshots.push({ id, name: manifest.state, description, createdAt: manifest.takenAt, depth, withMemory: false, ...over });
    vm.current = id;
  }

  inspect(names: readonly string[]): Promise<MachineInfo[]> {
    return Promise.resolve(
      names.map((name) => {
        const { esxHost, power, snapshots, current } = this.#vm(name);
        const base = { name, esxHost, power, snapshots: [...snapshots], consolidationNeeded: false };
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
    const id = `${name}-taken-${vm.snapshots.length + 1}`;
    await this.#step(`snapshot ${name}`, () => {
      const depth = 1 + (vm.snapshots.find((snapshot) => snapshot.id === vm.current)?.depth ?? 0);
      vm.snapshots.push({ id, ...request, createdAt: "2026-01-01T00:00:00Z", depth, withMemory: vm.power === "on" });
      vm.current = id;
    });
    return id;
  }

  async revert(name: string, snapshotId: string): Promise<void> {
    await this.#step(`revert ${name}`, () => {
      const vm = this.#vm(name);
      vm.current = snapshotId;
      vm.power = "off";
    });
  }

  async removeSnapshot(name: string, snapshotId: string): Promise<void> {
    await this.#step(`remove ${name}`, () => {
      const vm = this.#vm(name);
      vm.snapshots = vm.snapshots.filter(({ id }) => id !== snapshotId);
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
