import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubeClient } from "@kubera-e2e/kube";
import type { AnnotationStore } from "@kubera-e2e/lifecycle/open-annotations";
import { createStore, Machine, simMachines, SimTime, VmConfigs } from "@kubera-e2e/sim/parts";
import { FileRegister } from "../../src/file-register.ts";
import { KubeRegister } from "../../src/kube-register.ts";
import type { LeaseRegister } from "../../src/lease-register.ts";
import { VmRegister } from "../../src/vm-register.ts";
import { kubeOnStore } from "./kube-on-store.ts";

/** A store without its network, which the storm plays itself. */
export interface StormStore {
  readonly name: string;
  /** What stands behind the register. */
  readonly behind: string;
  readonly open: () => { readonly register: () => LeaseRegister; readonly close: () => void };
}

const [SPEC] = simMachines();

const newMachine = (): Machine => {
  if (SPEC === undefined) throw new Error("the simulator has no machine");
  return new Machine(SPEC, new SimTime(1));
};

/** In memory where there is such a file system: ten thousand flushed writes are the disk's storm, not ours. */
const root = (): string => (existsSync("/dev/shm") ? "/dev/shm" : tmpdir());

const file: StormStore = {
  name: "file",
  behind: "the real file system",
  open: () => {
    const folder = mkdtempSync(join(root(), "kubera-storm-"));
    return { register: () => new FileRegister(folder), close: () => rmSync(folder, { recursive: true, force: true }) };
  },
};

const kubernetes: StormStore = {
  name: "kubernetes",
  behind: "the store of the simulated API server, in process",
  open: () => {
    const kube: KubeClient = kubeOnStore(createStore(newMachine().disk.etcd));
    return { register: () => new KubeRegister(kube, { namespace: "default" }), close: () => {} };
  },
};

const lockVm: StormStore = {
  name: "lock-vm",
  behind: "the VM configurations of the simulated vSphere, in process",
  open: () => {
    const machine = newMachine();
    const configs = new VmConfigs(() => Date.UTC(2026, 0, 1));
    const notes: AnnotationStore = {
      read: async () => ({ text: configs.of(machine).annotation, version: configs.of(machine).changeVersion }),
      write: async (_vm, { text, version }) => {
        if (configs.of(machine).changeVersion !== version) return false;
        configs.annotate(machine, text);
        return true;
      },
      close: async () => {},
    };
    return { register: () => new VmRegister(notes, "lock"), close: () => {} };
  },
};

export const STORM_STORES: readonly StormStore[] = [file, kubernetes, lockVm];
