import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createHttp } from "@kubera-e2e/http";
import { peerAvailability, startVcsim, type VcsimRequest } from "@kubera-e2e/peers";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority, DataCenter, simMachines, SimTime, simTemplate, startVsphere } from "@kubera-e2e/sim/parts";
import { parseVsphereAddress } from "../src/esx/address.ts";
import { Inventory } from "../src/esx/inventory.ts";
import { refOf } from "../src/esx/managed-object.ts";
import { TaskWatcher } from "../src/esx/task-watcher.ts";
import { leaf } from "../src/esx/xml.ts";
import { retrieve } from "../src/esx/property-collector.ts";
import { Session } from "../src/esx/session.ts";
import { SoapClient } from "../src/esx/soap.ts";
import { openMachines, type Machines } from "../src/index.ts";
import { startFakeEsxi } from "./fake-esxi/start-fake-esxi.ts";

export interface Login {
  readonly url: string;
  readonly ca: string;
  readonly username: string;
  readonly password: string;
}

/** A step of the port, as a fault can be planned for it. */
export type Step = "powerOff" | "powerOn" | "snapshot" | "revert" | "removeSnapshot";

export interface PlannedFault {
  readonly type: string;
  readonly message: string;
  readonly fields?: Readonly<Record<string, string>>;
}

/** A hypervisor that the contract is held against. */
export interface Peer {
  open(): Machines;
  /** Code of the error with which a step is refused. */
  readonly refusal: "VSPHERE_FAULT" | "SCRIPT_FAILED";
  /** At least four VMs, powered on, without snapshots. */
  readonly vms: readonly string[];
  /** A name of signs that paths, XML and shells act on. */
  readonly odd: string;
  /** A name that two VMs bear. */
  readonly twin: string;
  readonly login?: Login;
  /** Ends every login but the caller's. */
  endSessions?(): Promise<void>;
  /** Lets the next such step fail, whichever VM it is on. */
  failNext?(step: Step, fault: PlannedFault): void;
  suspend?(vm: string): Promise<void>;
  /** Leaves disks behind that no snapshot needs. */
  needConsolidation?(vm: string): void;
  /** Tasks take long enough to be stopped. */
  readonly slowTasks?: true;
  stop(): Promise<void>;
}

/** What some peers offer and others do not. */
export type Ability = "login" | "endSessions" | "failNext" | "suspend" | "needConsolidation" | "slowTasks";

export interface Target {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly absent: () => Promise<string | undefined>;
  readonly start: () => Promise<Peer>;
}

export interface Deviation {
  readonly id: string;
  readonly targets: readonly string[];
  readonly cases: readonly string[];
  readonly limitation?: string;
  readonly because: string;
}

const VMS = ["bed-master1", "bed-worker1", "bed-worker2", "bed-worker3"];
/** As vSphere stores and as it shows it. */
const ODD = { stored: "odd%2f%5cname %25 & <vm> 'ü", shown: "odd/\\name % & <vm> 'ü" };
const TWIN = "bed-twin";

export const openEsx = (login: Login, redactor = new Redactor()): Machines =>
  openMachines({ driver: "esx", endpoint: login.url, credentials: "vsphere" }, { credentials: login, caPem: login.ca, redactor });

/** What an administrator does who throws everybody else out. */
const terminateOthers = async (login: Login): Promise<void> => {
  const { baseUrl, path } = parseVsphereAddress(login.url);
  const http = createHttp({ baseUrl, trust: { ca: login.ca }, redactor: new Redactor() });
  const session = new Session(new SoapClient(http, path), login);
  const { sessionManager } = await session.content();
  const [manager] = await retrieve(session, {
    type: "SessionManager",
    paths: ["sessionList", "currentSession"],
    objects: [sessionManager],
  });
  const own = manager?.properties.get("currentSession")?.textOf("key");
  const keys = (manager?.properties.get("sessionList")?.all("UserSession") ?? []).map((item) => item.textOf("key"));
  const args = keys.filter((key) => key !== own).map((key) => leaf("sessionId", key));
  await session.call({ method: "TerminateSession", self: sessionManager, args });
  await session.logout();
  http.close();
};

/** What somebody at the vSphere client does. */
const suspend = async (login: Login, vm: string): Promise<void> => {
  const { baseUrl, path } = parseVsphereAddress(login.url);
  const http = createHttp({ baseUrl, trust: { ca: login.ca }, redactor: new Redactor() });
  const session = new Session(new SoapClient(http, path), login);
  const [self] = await new Inventory(session).find([vm]);
  if (self === undefined) throw new TypeError(`no VM ${vm}`);
  const [task] = await session.call({ method: "SuspendVM_Task", self });
  const watcher = new TaskWatcher(session);
  if (task !== undefined) await watcher.run(refOf(task), "SuspendVM_Task");
  await watcher.close();
  await session.logout();
  http.close();
};

const esxPeer = (login: Login) => ({
  login,
  open: () => openEsx(login),
  refusal: "VSPHERE_FAULT" as const,
  odd: ODD.shown,
  twin: TWIN,
  suspend: (vm: string) => suspend(login, vm),
});

const vcsim = (name: string, mode: VcsimRequest["mode"]): Target => ({
  name,
  absent: async () => {
    const found = await peerAvailability("vcsim");
    return found.available ? undefined : found.because;
  },
  start: async () => {
    const peer = await startVcsim({ mode, vms: [...VMS, ODD.stored, TWIN, TWIN] });
    return { ...esxPeer(peer), vms: VMS, endSessions: () => terminateOthers(peer), stop: () => peer.stop() };
  },
});

const TASKS: Readonly<Record<Step, string>> = {
  powerOff: "PowerOffVM_Task",
  powerOn: "PowerOnVM_Task",
  snapshot: "CreateSnapshot_Task",
  revert: "RevertToSnapshot_Task",
  removeSnapshot: "RemoveSnapshot_Task",
};

const extraMachines = () =>
  [ODD.stored, TWIN, TWIN].map((name, index) => ({
    ...simTemplate(),
    id: `vm-${201 + index}`,
    name,
    template: false,
  }));

const sim: Target = {
  name: "simulator",
  absent: () => Promise.resolve(undefined),
  start: async () => {
    const planned: { readonly method: string; readonly fault: PlannedFault }[] = [];
    const dataCenter = new DataCenter([...simMachines(), ...extraMachines()], new SimTime(60));
    for (const machine of dataCenter.machines) machine.powerOn();
    const authority = await createAuthority();
    const credentials = { username: "administrator@vsphere.local", password: "correct horse & <battery>" };
    const taskHook = ({ method }: { readonly method: string }) => {
      const index = planned.findIndex((one) => one.method === method);
      const [found] = index < 0 ? [] : planned.splice(index, 1);
      return found && { fault: found.fault.type, message: found.fault.message, ...(found.fault.fields && { fields: found.fault.fields }) };
    };
    const server = await startVsphere({ dataCenter, authority, credentials, taskHook });
    return {
      ...esxPeer({ ...credentials, url: server.url, ca: authority.certPem }),
      vms: simMachines().map(({ name }) => name),
      endSessions: () => Promise.resolve(server.endSessions()),
      failNext: (step, fault) => void planned.push({ method: TASKS[step], fault }),
      needConsolidation: (vm) => {
        for (const machine of dataCenter.machines) if (machine.spec.name === vm) machine.consolidationNeeded = true;
      },
      slowTasks: true,
      stop: () => server.close(),
    };
  },
};

const COMMANDS: Readonly<Record<Step, string>> = {
  powerOff: "vmsvc/power.off",
  powerOn: "vmsvc/power.on",
  snapshot: "vmsvc/snapshot.create",
  revert: "vmsvc/snapshot.revert",
  removeSnapshot: "vmsvc/snapshot.remove",
};

const scripts: Target = {
  name: "exec, ESXi over ssh",
  absent: () => Promise.resolve(undefined),
  start: () => {
    const esxi = startFakeEsxi([...VMS, ODD.shown, TWIN, TWIN]);
    return Promise.resolve({
      open: () => openMachines(esxi.bed, { redactor: new Redactor() }),
      refusal: "SCRIPT_FAILED" as const,
      vms: VMS,
      odd: ODD.shown,
      twin: TWIN,
      failNext: (step, { type, message }) => esxi.change((host) => host.faults.push({ command: COMMANDS[step], type, message })),
      suspend: (name) => {
        esxi.change((host) => {
          for (const vm of host.vms) if (vm.name === name) vm.power = "suspended";
        });
        return Promise.resolve();
      },
      stop: () => Promise.resolve(esxi.stop()),
    });
  },
};

export const TARGETS: readonly Target[] = [sim, vcsim("vcsim vCenter", "vcenter"), vcsim("vcsim ESX", "esx"), scripts];

export const readDeviations = async (): Promise<Deviation[]> =>
  JSON.parse(await readFile(join(import.meta.dirname, "deviations.json"), "utf8")) as Deviation[];
