import type { DataCenter } from "../datacenter/data-center.ts";
import { usedBytes } from "../datacenter/disk.ts";
import type { Snapshot } from "../datacenter/snapshot-tree.ts";
import type { ActiveFaults } from "../faults/active-faults.ts";
import type { UnhandledCalls } from "./unhandled-calls.ts";

export interface SimParts {
  readonly dataCenter: DataCenter;
  readonly active: ActiveFaults;
  readonly unhandled: UnhandledCalls;
}

const count = (snapshots: readonly Snapshot[]): number => snapshots.reduce((sum, snapshot) => sum + 1 + count(snapshot.children), 0);

/** Machines, faults in force and calls that were not known, as JSON. */
export const simStatus = ({ dataCenter, active, unhandled }: SimParts) => ({
  machines: dataCenter.machines.map((machine) => ({
    name: machine.spec.name,
    esxHost: machine.spec.esxHost,
    power: machine.powerState,
    diskUsedPercent: (100 * usedBytes(machine.disk)) / machine.disk.capacityBytes,
    snapshots: count(machine.rootSnapshots),
  })),
  faults: active.list(),
  unhandledCalls: unhandled.list(),
});
