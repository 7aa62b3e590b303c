import type { DataCenter } from "../datacenter/data-center.ts";
import type { Machine, MachineSpec } from "../datacenter/machine.ts";
import type { Changes } from "./changes.ts";
import type { EventLog } from "./event-log.ts";
import type { Inventory } from "./inventory.ts";
import type { Find } from "./managed-object.ts";
import type { Sessions } from "./session.ts";
import type { TaskBoard } from "./task-board.ts";
import type { VmConfigs } from "./vm-config.ts";

/** What the managed objects share. */
export interface World {
  readonly dataCenter: DataCenter;
  readonly changes: Changes;
  readonly sessions: Sessions;
  readonly tasks: TaskBoard;
  readonly events: EventLog;
  readonly configs: VmConfigs;
  readonly inventory: Inventory;
  readonly find: Find;
  readonly credentials: Credentials;
  /** Lets a machine appear in the inventory, or vanish from it with its files. */
  readonly addMachine: (spec: MachineSpec) => Machine;
  readonly removeMachine: (machine: Machine) => void;
  /** Address inside the guest, as VMware Tools would tell it. */
  readonly guestAddress: (machine: Machine) => string | undefined;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}
