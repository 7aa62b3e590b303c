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
import type { BedWrite } from "./lease-storm.ts";
import { kubeOnStore } from "./kube-on-store.ts";

/** A store without its network, which the storm plays itself. */
export interface StormStore {
  readonly name: string;
  /** What stands behind the register. */
  readonly behind: string;
  readonly open: () => OpenStormStore;
}

export interface OpenStormStore {
  readonly register: () => LeaseRegister;
  /** The simulator's own log of leases and of writes to beds, in one order, where both are kept by it. */
  readonly simulated?: SimulatedLog;
  readonly close: () => void;
}

export interface SimulatedLog {
  readonly onBedWrite: (write: BedWrite) => void;
  /** Writes to a bed by another than its newest holder, by the order in which the simulator committed both. */
  readonly secondWriters: () => readonly string[];
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

/** Writes to beds as objects beside the Leases: one etcd numbers both. */
const simulatedLog = (store: ReturnType<typeof createStore>): SimulatedLog => {
  const configMaps = store.resource("ConfigMap", "");
  const newest = new Map<string, string>();
  const second: string[] = [];
  let count = 0;
  store.watch(({ object, revision }) => {
    const { kind, metadata, spec } = object;
    const notes = metadata.annotations ?? {};
    if (kind === "Lease") newest.set(metadata.name, `${String(spec?.["leaseTransitions"])} of ${notes["kubera-e2e/holder"] ?? ""}`);
    if (kind !== "ConfigMap" || notes["bed"] === undefined) return;
    const holder = newest.get(`kubera-e2e-${notes["bed"]}`);
    if (holder !== notes["writer"])
      second.push(`revision ${revision}: ${notes["bed"]} by ${notes["writer"] ?? ""}, not ${holder ?? "nobody"}`);
  });
  return {
    onBedWrite: ({ bed, token, client }) => {
      count += 1;
      const metadata = { name: `write-${count}`, namespace: "default", annotations: { bed, writer: `${token} of ${client}` } };
      store.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata });
    },
    secondWriters: () => second,
  };
};

const kubernetes: StormStore = {
  name: "kubernetes",
  behind: "the store of the simulated API server, in process",
  open: () => {
    const store = createStore(newMachine().disk.etcd);
    const kube: KubeClient = kubeOnStore(store);
    return { register: () => new KubeRegister(kube, { namespace: "default" }), simulated: simulatedLog(store), close: () => {} };
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
