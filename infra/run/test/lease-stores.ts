import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openKube } from "@kubera-e2e/kube";
import { openBedAnnotations } from "@kubera-e2e/lifecycle/open-annotations";
import { peerAvailability, startVcsim } from "@kubera-e2e/peers";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings } from "@kubera-e2e/schema/settings";
import { createAuthority, DataCenter, Machine, simMachines, SimTime, startKubernetesApi, startVsphere } from "@kubera-e2e/sim/parts";
import { FileRegister } from "../src/file-register.ts";
import { KubeRegister } from "../src/kube-register.ts";
import type { LeaseRegister } from "../src/lease-register.ts";
import { VmRegister } from "../src/vm-register.ts";

/** A place for leases that is up. */
export interface Place {
  /** A register of its own client, as another process would have it. */
  register(): Promise<LeaseRegister>;
  stop(): Promise<void>;
}

export interface StoreTarget {
  readonly name: string;
  /** Why it cannot be tested here. */
  readonly absent: () => Promise<string | undefined>;
  readonly start: () => Promise<Place>;
}

const here = (): Promise<undefined> => Promise.resolve(undefined);

const folder = (): string => mkdtempSync(join(tmpdir(), "kubera-leases-"));

const file: StoreTarget = {
  name: "file",
  absent: here,
  start: async () => {
    const root = folder();
    return {
      register: async () => new FileRegister(root),
      stop: async () => rmSync(root, { recursive: true, force: true }),
    };
  },
};

const kubernetes: StoreTarget = {
  name: "kubernetes on the simulator",
  absent: here,
  start: async () => {
    const root = folder();
    const time = new SimTime(1000);
    const spec = { id: "vm-1", name: "m", cluster: "spare", node: "n", plane: "control", esxHost: "e", diskGib: 100 } as const;
    const controlPlane = new Machine(spec, time);
    controlPlane.powerOn();
    const kubelets = { logs: () => [], statsSummary: () => ({}), exec: () => ({ exitCode: 0 }) };
    const api = await startKubernetesApi({ cluster: "spare", controlPlane, authority: await createAuthority(), time, kubelets });
    const kubeconfigPath = join(root, "spare.yaml");
    writeFileSync(kubeconfigPath, api.kubeconfig);
    const clients: { close(): void }[] = [];
    return {
      register: async () => {
        const kube = openKube({ cluster: "spare", kubeconfigPath, redactor: new Redactor() });
        clients.push(kube);
        return new KubeRegister(kube, { namespace: "default" });
      },
      stop: async () => {
        for (const client of clients) client.close();
        await api.close();
        rmSync(root, { recursive: true, force: true });
      },
    };
  },
};

interface Vsphere {
  readonly url: string;
  readonly ca: string;
  readonly username: string;
  readonly password: string;
  readonly vm: string;
  readonly stop: () => Promise<void>;
}

const onVsphere = async ({ url, ca, username, password, vm, stop }: Vsphere): Promise<Place> => {
  const bed = parseTestBed(
    `apiVersion: kubera-e2e/v1
kind: TestBed
name: konvoy
target: sim
machines: { driver: esx, endpoint: "${url}", credentials: vsphere, trust: { ca: ${JSON.stringify(ca)} } }
clusters: [{ name: c1, role: server, kubeconfig: /c1.yaml, vms: [{ name: not-${vm}, node: n1, plane: control }] }]
registry: { url: https://registry.lab }
director: { url: http://director.lab, admin: director-admin }
lease: { store: lock-vm, vm: ${vm} }
`,
    "konvoy.yaml",
  );
  const settings = readSettings({ KUBERA_SECRET_VSPHERE_USERNAME: username, KUBERA_SECRET_VSPHERE_PASSWORD: password });
  const opened: { close(): Promise<void> }[] = [];
  return {
    register: async () => {
      const notes = await openBedAnnotations(bed, settings, { redactor: new Redactor() });
      opened.push(notes);
      return new VmRegister(notes, vm);
    },
    stop: async () => {
      await Promise.all(opened.map((notes) => notes.close()));
      await stop();
    },
  };
};

const lockVm: StoreTarget = {
  name: "lock-vm on the simulator",
  absent: here,
  start: async () => {
    const dataCenter = new DataCenter(simMachines(), new SimTime(1000));
    const authority = await createAuthority();
    const credentials = { username: "administrator@vsphere.local", password: "correct horse & <battery>" };
    const server = await startVsphere({ dataCenter, authority, credentials });
    const vm = dataCenter.machines[0]?.spec.name ?? "";
    return onVsphere({ ...credentials, url: server.url, ca: authority.certPem, vm, stop: () => server.close() });
  },
};

const vcsim: StoreTarget = {
  name: "lock-vm on vcsim",
  absent: async () => {
    const found = await peerAvailability("vcsim");
    return found.available ? undefined : found.because;
  },
  start: async () => {
    const peer = await startVcsim({ mode: "vcenter", vms: ["lock"] });
    return onVsphere({ ...peer, vm: "lock", stop: () => peer.stop() });
  },
};

export const STORES: readonly StoreTarget[] = [file, kubernetes, lockVm, vcsim];
