import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { PeerBinaries } from "./binaries.ts";
import { addCgroups, removeCgroups } from "./cgroups.ts";
import { containerd, containerdSocket } from "./containerd.ts";
import { controlPlane, CONTROL_PROGRAMS } from "./control-plane.ts";
import { mountDisk, unmountAll } from "./disk.ts";
import { cutCable, setCable } from "./network.ts";
import type { PeerNode } from "./plan.ts";
import { endAll, pidsOf, programsOff, startOnNode } from "./processes.ts";
import { startKubelet } from "./start-kubelet.ts";
import { removeTraces } from "./traces.ts";

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

/** Ends all that runs on the node at once and pulls its cable; only its disk stays. */
export const powerOff = async (node: PeerNode): Promise<void> => {
  await cutCable(node);
  await endAll(node.name, () => pidsOf(node));
  removeTraces(node);
  await unmountAll(node);
  removeCgroups(node);
  rmSync(node.run, { recursive: true, force: true });
};

const programsOf = ({ plane }: PeerNode): readonly string[] => ["containerd", "kubelet", ...(plane === "control" ? CONTROL_PROGRAMS : [])];

/** Starts all that runs on the node, with a boot id of its own, unless all of it runs already; does not wait for it to be Ready. */
export const powerOn = async (node: PeerNode, binaries: PeerBinaries): Promise<void> => {
  if ((await programsOff(node, programsOf(node))).length === 0) return;
  // What an earlier end has left would be taken for what is started now.
  await powerOff(node);
  mkdirSync(node.run, { recursive: true, mode: 0o700 });
  await mountDisk(node);
  writeFileSync(join(node.run, "boot-id"), `${randomUUID()}\n`);
  addCgroups(node);
  await setCable(node, "up");
  startOnNode(node, containerd(node));
  if (node.plane === "control") for (const program of controlPlane(binaries, node)) startOnNode(node, program);
  await awaitSocket(node);
  await startKubelet(node, binaries.kubelet);
};
