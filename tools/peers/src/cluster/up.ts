import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { buildPeer } from "../build-peer.ts";
import { buildCluster, type PeerBinaries } from "./binaries.ts";
import { nodeStates } from "./cluster-api.ts";
import { command } from "./commands.ts";
import { pushGuest } from "./guest-image.ts";
import { addBridge, addNode } from "./network.ts";
import { writePki } from "./pki.ts";
import { API_SERVER, KUBECONFIG, LOG_FOLDER, NODES, STATE_FOLDER, type PeerNode } from "./plan.ts";
import { powerOn } from "./power.ts";
import { startRegistries } from "./registries.ts";
import { keepTunables } from "./traces.ts";
import { endAll } from "./processes.ts";
import { inTurn } from "./turns.ts";
import { startVcsimDaemon, vcsimPids, vcsimUrl } from "./vcsim-daemon.ts";

export type Told = (what: string, ms: number) => void;

const READY_LIMIT_MS = 120_000;

const cannot = (because: string, fix: string): KuberaError =>
  new KuberaError("PEER_UNAVAILABLE", { what: "the cluster of the peers cannot run here", where: "this computer", because, fix });

/** What the peers need of a computer; all of it is told at once. Error: `PEER_UNAVAILABLE`. */
const requireHost = async (): Promise<void> => {
  if (process.getuid?.() !== 0)
    throw cannot("network namespaces, mounts and cgroups are root's", "Run it as root; nothing else needs that.");
  const needed = {
    containerd: "containerd",
    runc: "runc",
    ip: "iproute2",
    nsenter: "util-linux",
    sysctl: "procps",
    tar: "tar",
    "mkfs.ext4": "e2fsprogs",
  };
  const missing: string[] = [];
  for (const [program, debianPackage] of Object.entries(needed)) await command("which", program).catch(() => missing.push(debianPackage));
  if (!existsSync("/usr/lib/cni/ptp")) missing.push("containernetworking-plugins");
  if (missing.length > 0)
    throw cannot(`it has no ${missing.join(", ")}`, `apt-get install --no-install-recommends ${[...new Set(missing)].join(" ")}`);
};

const bootIdOf = (node: PeerNode): string => readFileSync(join(node.run, "boot-id"), "utf8").trim();

/** Every node Ready with the boot id that its machine has now: what etcd says of an earlier boot does not count. */
const awaitNodes = (nodes: readonly PeerNode[]): Promise<undefined> =>
  waitUntil({
    what: `${nodes.length} nodes of the peers are Ready`,
    deadlineMs: READY_LIMIT_MS,
    intervalMs: 200,
    probe: async () => {
      const states = await nodeStates().catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
      if (typeof states === "string") return notYet(`${API_SERVER}: ${states}`);
      const late = nodes.filter(
        (node) => !states.some(({ name, isReady, bootId }) => name === node.name && isReady && bootId === bootIdOf(node)),
      );
      return late.length === 0 ? reached(undefined) : notYet(`not yet: ${late.map(({ name }) => name).join(", ")}`);
    },
    fix: `Read the logs in ${LOG_FOLDER}.`,
  });

const timed = async <T>(told: Told, what: string, work: () => Promise<T>): Promise<T> => {
  const startMs = performance.now();
  const value = await work();
  told(what, performance.now() - startMs);
  return value;
};

/** Brings the rest up: what vSphere would be to a bed. */
const bringUpVcsim = async (vms: readonly string[]): Promise<void> => {
  if (vcsimUrl() !== undefined) return;
  // One that was started and never said where it listens serves nobody.
  await endAll("vcsim", vcsimPids);
  await startVcsimDaemon(await buildPeer("vcsim"), vms);
};

const bringUp = async (told: Told, binaries: PeerBinaries, vms: readonly string[]): Promise<void> => {
  mkdirSync(STATE_FOLDER, { recursive: true, mode: 0o700 });
  keepTunables();
  await timed(told, "network", async () => {
    await addBridge();
    for (const node of NODES) await addNode(node);
  });
  if (!existsSync(KUBECONFIG)) await timed(told, "certificates", writePki);
  await timed(told, "registries", () => startRegistries(binaries));
  await timed(told, "vcsim", () => bringUpVcsim(vms));
  await timed(told, "image", () => pushGuest(binaries.guest, STATE_FOLDER));
  await timed(told, "power on", async () => void (await Promise.all(NODES.map((node) => powerOn(node, binaries)))));
  await timed(told, "nodes ready", () => awaitNodes(NODES));
};

/** Brings the cluster of the peers up, and a vcsim with these VMs, whatever of it is up already. Errors: `PEER_UNAVAILABLE`, `WAIT_DEADLINE`. */
export const up = async (told: Told, vms: readonly string[]): Promise<void> => {
  await requireHost();
  const binaries = await timed(told, "programs", () => buildCluster((name, ms) => ms > 1000 && told(`built ${name}`, ms)));
  await inTurn(NODES, () => bringUp(told, binaries, vms));
};
