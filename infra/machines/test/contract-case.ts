import { isKuberaError, type KuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { MachineInfo, Machines, SnapshotInfo } from "../src/index.ts";
import type { Ability, Peer } from "./contract-target.ts";

/** What a case works with: a peer whose VMs are on and without snapshots, and a logged-in driver. */
export interface Stage {
  readonly peer: Peer;
  readonly machines: Machines;
  /** Four VMs of the peer. */
  readonly vm: string;
  readonly others: readonly string[];
}

export interface ContractCase {
  readonly title: string;
  /** What a peer must offer; the case is left out for one that does not. */
  readonly needs?: readonly Ability[];
  readonly run: (stage: Stage) => Promise<void>;
}

/** The case of the provisioner's suite from which a peer is known to deviate. */
export const MARK_TITLE = "gives a clone its mark with the clone itself";

export const look = async (machines: Machines, name: string): Promise<MachineInfo> => {
  const [info] = await machines.inspect([name]);
  if (info === undefined) throw new TypeError(`inspect answered nothing for ${name}`);
  return info;
};

export const find = (info: MachineInfo, id: string): SnapshotInfo | undefined => info.snapshots.find((snapshot) => snapshot.id === id);

export const take = (machines: Machines, vm: string, name: string): Promise<string> => machines.snapshot(vm, { name, description: "" });

/** What a promise was rejected with, as text. */
export const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return String(error);
  }
  return "it was not refused";
};

const isBusy = (error: unknown): error is KuberaError => isKuberaError(error) && error.because.startsWith("TaskInProgress");

/** Takes all snapshots away, leaves first, and switches the VMs on, once the task that a case cancelled has ended. */
export const tidy = (machines: Machines, names: readonly string[]): Promise<void> =>
  waitUntil({
    what: "the VMs of the contract are tidy",
    deadlineMs: 20_000,
    intervalMs: 100,
    probe: async () => {
      try {
        return reached(await tidyNow(machines, names));
      } catch (error) {
        if (isBusy(error)) return notYet(error.because);
        throw error;
      }
    },
  });

const tidyNow = async (machines: Machines, names: readonly string[]): Promise<void> => {
  for (const info of await machines.inspect(names)) {
    const deepestFirst = info.snapshots.toSorted((a, b) => b.depth - a.depth);
    for (const { id } of deepestFirst) await machines.removeSnapshot(info.name, id);
    if (info.power !== "on") await machines.powerOn(info.name);
  }
};
