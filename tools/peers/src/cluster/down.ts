import { existsSync, rmSync } from "node:fs";
import { leftCgroups } from "./cgroups.ts";
import { mountsWithin } from "./disk.ts";
import { hasNetwork, removeBridge, removeNode } from "./network.ts";
import { NETWORK, NODES, RUN_FOLDER, STATE_FOLDER } from "./plan.ts";
import { powerOff } from "./power.ts";
import { endAll, registryPids } from "./processes.ts";

/** Whatever of the peers is still on this computer: empty when nothing is. */
export const leftovers = (): string[] => [
  ...registryPids().map((pid) => `process ${pid}`),
  ...NODES.filter(hasNetwork).map(({ link }) => `network namespace ${link}`),
  ...(existsSync(`/sys/class/net/${NETWORK.bridge}`) ? [`bridge ${NETWORK.bridge}`] : []),
  ...[STATE_FOLDER, RUN_FOLDER].flatMap(mountsWithin).map((path) => `mount ${path}`),
  ...leftCgroups().map((path) => `cgroup ${path}`),
  ...[STATE_FOLDER, RUN_FOLDER].filter((folder) => existsSync(folder)).map((folder) => `folder ${folder}`),
];

/** Ends and removes all of the peers, however far they came; built programs stay in the cache. */
export const down = async (): Promise<void> => {
  for (const node of NODES) {
    await powerOff(node);
    await removeNode(node);
  }
  await endAll("the registries", registryPids);
  await removeBridge();
  for (const folder of [STATE_FOLDER, RUN_FOLDER]) rmSync(folder, { recursive: true, force: true });
};
