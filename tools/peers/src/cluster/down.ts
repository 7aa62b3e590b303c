import { existsSync, rmSync } from "node:fs";
import { leftCgroups } from "./cgroups.ts";
import { mountsWithin } from "./mounts.ts";
import { leftNetwork, removeBridge, removeNode } from "./network.ts";
import { NETWORK, NODES, RUN_FOLDER, STATE_FOLDER, type PeerNode } from "./plan.ts";
import { powerOff } from "./power.ts";
import { endAll, registryPids } from "./processes.ts";
import { restoreHost } from "./traces.ts";
import { inTurn } from "./turns.ts";
import { vcsimPids } from "./vcsim-daemon.ts";

/** Whatever of the peers is still on this computer: empty when nothing is. */
export const leftovers = (): string[] => [
  ...[...registryPids(), ...vcsimPids()].map((pid) => `process ${pid}`),
  ...NODES.flatMap(leftNetwork),
  ...(existsSync(`/sys/class/net/${NETWORK.bridge}`) ? [`bridge ${NETWORK.bridge}`] : []),
  ...[STATE_FOLDER, RUN_FOLDER].flatMap(mountsWithin).map((path) => `mount ${path}`),
  ...leftCgroups().map((path) => `cgroup ${path}`),
  ...[STATE_FOLDER, RUN_FOLDER].filter((folder) => existsSync(folder)).map((folder) => `folder ${folder}`),
];

const removeWhole = async (node: PeerNode): Promise<void> => {
  await powerOff(node);
  await removeNode(node);
};

const removeAll = async (): Promise<void> => {
  const failures: unknown[] = [];
  // One node that cannot be ended keeps nobody from ending the others.
  for (const node of NODES) await removeWhole(node).catch((error: unknown) => failures.push(error));
  await endAll("the registries", registryPids);
  await endAll("vcsim", vcsimPids);
  if (failures.length > 0) throw failures[0];
  await removeBridge();
  await restoreHost();
  for (const folder of [STATE_FOLDER, RUN_FOLDER]) rmSync(folder, { recursive: true, force: true });
};

/** Ends and removes all of the peers, however far they came; built programs stay in the cache. Errors: `PEER_UNAVAILABLE`, `WAIT_DEADLINE`. */
export const down = (): Promise<void> => inTurn(NODES, removeAll);
