import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { createAuthority, DataCenter, SimTime, simMachines, startCluster, startRegistry, type Machine } from "@kubera-e2e/sim/parts";
import { KINDS, openKube, type KubeClient } from "../../src/index.ts";
import { guestProgram } from "./guest-program.ts";
import type { World } from "./world.ts";

const SPEED = 50;
const BOOT_MS = 5000;
const DAY_MS = 86_400_000;
const GUEST = { repository: "test/guest", tags: ["1"], sizeBytes: 20_000_000, platforms: ["amd64"] };
const FULL = 0.97;

type Cluster = Awaited<ReturnType<typeof startCluster>>;

const startRegistries = async (authority: Awaited<ReturnType<typeof createAuthority>>) => {
  const start = (behaviour: object) => startRegistry({ authority, catalogue: [GUEST], behaviour });
  const [open, locked, stalled] = await Promise.all([
    start({}),
    start({ credentials: { username: "somebody", password: "unknown" } }),
    start({ throttleBytesPerSecond: 1 }),
  ]);
  const image = ({ host }: { readonly host: string }, name = "guest"): string => `${host}/test/${name}:1`;
  return {
    images: { guest: image(open), absent: image(open, "absent"), locked: image(locked), stalled: image(stalled) },
    close: () => Promise.all([open, locked, stalled].map((registry) => registry.close())),
  };
};

/** Bytes that were put onto a disk to fill it, by machine. */
class Ballast {
  readonly #before = new Map<Machine, number>();

  set(machine: Machine, to: "full" | "free"): void {
    if (to === "full") {
      this.#before.set(machine, machine.disk.ballastBytes);
      machine.disk.ballastBytes = machine.disk.capacityBytes * FULL;
    } else machine.disk.ballastBytes = this.#before.get(machine) ?? machine.disk.ballastBytes;
  }
}

const served = (client: KubeClient): Promise<true> =>
  waitUntil({
    what: "the API server serves",
    deadlineMs: 20_000,
    intervalMs: 20,
    probe: async () =>
      (await client.list(KINDS.namespace).then(
        () => true,
        () => false,
      ))
        ? reached(true as const)
        : notYet("it does not"),
  });

const keep = async (control: Machine, client: KubeClient): Promise<() => Promise<void>> => {
  const snapshot = control.takeSnapshot("kept", "", { memory: false, quiesce: false });
  return async () => {
    control.revert(snapshot.id);
    control.powerOn();
    await served(client);
  };
};

const kubeconfigs = (cluster: Cluster, authority: Awaited<ReturnType<typeof createAuthority>>, folder: string) => {
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const issued = async (user: "stranger" | "expired"): Promise<string> => {
    const validity = user === "expired" ? { notBefore: new Date(Date.now() - 2 * DAY_MS), notAfter: new Date(Date.now() - DAY_MS) } : {};
    const client = await authority.issueClient({ commonName: user, ...validity });
    return write(
      user,
      cluster.api.kubeconfig
        .replace(/(client-certificate-data: ).*/, `$1${base64(client.certPem)}`)
        .replace(/(client-key-data: ).*/, `$1${base64(client.keyPem)}`),
    );
  };
  return { admin: write("admin", cluster.api.kubeconfig), issued };
};

/** A simulated cluster of four nodes that lives 50 times as fast. */
export const openSimWorld = async (): Promise<World> => {
  const time = new SimTime(SPEED);
  const machines = new DataCenter(simMachines(), time).machinesOf("server");
  const authority = await createAuthority();
  const registries = await startRegistries(authority);
  const programs = new Map([["test/guest", guestProgram]]);
  const cluster = await startCluster({ name: "server", machines, authority, time, programs, instantBoot: true, bootMs: BOOT_MS });
  const folder = mkdtempSync(join(tmpdir(), "kube-world-"));
  const paths = kubeconfigs(cluster, authority, folder);
  const users = { stranger: await paths.issued("stranger"), expired: await paths.issued("expired") };
  const open = (kubeconfigPath: string): KubeClient =>
    openKube({ cluster: "world", kubeconfigPath, redactor: new Redactor(), pollMs: 500 });
  const client = open(paths.admin);
  const machine = (node: string): Machine => {
    const found = machines.find(({ spec }) => spec.node === node);
    if (found === undefined) throw new Error(`there is no node ${node}`);
    return found;
  };
  const ballast = new Ballast();
  await served(client);
  return {
    client,
    control: "server-master1",
    workers: ["server-worker1", "server-worker2", "server-worker3"],
    images: registries.images,
    as: (user) => open(users[user]),
    setPower: async (node, to) => (to === "on" ? machine(node).powerOn() : machine(node).powerOff()),
    setCable: async (node, to) => cluster.setCable(node, to),
    setDisk: async (node, to) => ballast.set(machine(node), to),
    setApiServer: (to) => cluster.api.setServing(to),
    keepControlPlane: () => keep(machine("server-master1"), client),
    close: async () => {
      client.close();
      await cluster.close();
      await registries.close();
      rmSync(folder, { recursive: true });
    },
  };
};
