import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createHttp } from "@kubera-e2e/http";
import { peerAvailability, startVcsim, type VcsimRequest } from "@kubera-e2e/peers";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority, DataCenter, simMachines, SimTime, startVsphere } from "@kubera-e2e/sim/parts";
import { parseVsphereAddress } from "../src/esx/address.ts";
import { leaf } from "../src/esx/xml.ts";
import { retrieve } from "../src/esx/property-collector.ts";
import { Session } from "../src/esx/session.ts";
import { SoapClient } from "../src/esx/soap.ts";
import { openMachines, type Machines } from "../src/index.ts";

/** A hypervisor that the contract is held against. */
export interface Peer {
  readonly url: string;
  readonly ca: string;
  readonly username: string;
  readonly password: string;
  /** At least four VMs, powered on, without snapshots. */
  readonly vms: readonly string[];
  /** Ends every login but the caller's. */
  endSessions(): Promise<void>;
  stop(): Promise<void>;
}

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

type Login = Pick<Peer, "url" | "ca" | "username" | "password">;

export const open = (login: Login, redactor = new Redactor()): Machines =>
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

const vcsim = (name: string, mode: VcsimRequest["mode"]): Target => ({
  name,
  absent: async () => {
    const found = await peerAvailability("vcsim");
    return found.available ? undefined : found.because;
  },
  start: async () => {
    const peer = await startVcsim({ mode, vms: VMS });
    return { ...peer, vms: VMS, endSessions: () => terminateOthers(peer) };
  },
});

const sim: Target = {
  name: "simulator",
  absent: () => Promise.resolve(undefined),
  start: async () => {
    const dataCenter = new DataCenter(simMachines(), new SimTime(60));
    for (const machine of dataCenter.machines) machine.powerOn();
    const authority = await createAuthority();
    const credentials = { username: "administrator@vsphere.local", password: "correct horse & <battery>" };
    const server = await startVsphere({ dataCenter, authority, credentials });
    return {
      ...credentials,
      url: server.url,
      ca: authority.certPem,
      vms: dataCenter.machines.map((machine) => machine.spec.name),
      endSessions: () => Promise.resolve(server.endSessions()),
      stop: () => server.close(),
    };
  },
};

export const TARGETS: readonly Target[] = [sim, vcsim("vcsim vCenter", "vcenter"), vcsim("vcsim ESX", "esx")];

export const readDeviations = async (): Promise<Deviation[]> =>
  JSON.parse(await readFile(join(import.meta.dirname, "deviations.json"), "utf8")) as Deviation[];
