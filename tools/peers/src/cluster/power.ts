import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { PeerBinaries } from "./binaries.ts";
import { addCgroups, removeCgroups } from "./cgroups.ts";
import { attempt } from "./commands.ts";
import { containerd, containerdSocket } from "./containerd.ts";
import { controlPlane } from "./control-plane.ts";
import { kubelet } from "./kubelet.ts";
import { hasNetwork, setCable } from "./network.ts";
import type { PeerNode } from "./plan.ts";
import { endAll, pidsOf, startOnNode } from "./processes.ts";

const SOCKET_LIMIT_MS = 20_000;

const awaitSocket = (node: PeerNode): Promise<undefined> =>
  waitUntil({
    what: `containerd of ${node.name} listens`,
    deadlineMs: SOCKET_LIMIT_MS,
    intervalMs: 100,
    probe: async () => (existsSync(containerdSocket(node)) ? reached(undefined) : notYet("its socket is not there")),
    fix: `Read ${node.name}-containerd.log among the logs of the peers.`,
  });

/** Whether anything of the node runs. */
export const isOn = async (node: PeerNode): Promise<boolean> => (await pidsOf(node)).length > 0;

/** Starts all that runs on the node, with a boot id of its own; does not wait for it to be Ready. */
export const powerOn = async (node: PeerNode, binaries: PeerBinaries): Promise<void> => {
  if (await isOn(node)) return;
  for (const folder of [node.disk, node.run]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(node.run, "boot-id"), `${randomUUID()}\n`);
  addCgroups(node);
  await setCable(node, "up");
  startOnNode(node, containerd(node));
  if (node.plane === "control") for (const program of controlPlane(binaries, node)) startOnNode(node, program);
  await awaitSocket(node);
  startOnNode(node, kubelet(binaries.kubelet, node));
};

/** Mounts below a folder, deepest first, as the kernel escapes them. */
const mountsBelow = (folder: string): string[] =>
  readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => (line.split(" ")[1] ?? "").replaceAll("\\040", " "))
    .filter((path) => path.startsWith(`${folder}/`))
    .toSorted((a, b) => b.length - a.length);

/** Ends all that runs on the node at once and pulls its cable; only its disk stays. */
export const powerOff = async (node: PeerNode): Promise<void> => {
  if (hasNetwork(node)) await setCable(node, "down");
  await endAll(node.name, () => pidsOf(node));
  for (const folder of [node.run, node.disk]) for (const mount of mountsBelow(folder)) await attempt("umount", "--lazy", mount);
  removeCgroups(node);
  rmSync(node.run, { recursive: true, force: true });
};
