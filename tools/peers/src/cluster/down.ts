import { existsSync, readFileSync, rmSync } from "node:fs";
import { peersFolder } from "../cache-folder.ts";
import { leftCgroups } from "./cgroups.ts";
import { hasNetwork, removeBridge, removeNode } from "./network.ts";
import { NETWORK, NODES, RUN_FOLDER, STATE_FOLDER } from "./plan.ts";
import { powerOff } from "./power.ts";
import { endAll, hostPids } from "./processes.ts";

/** Whatever of the peers is still on this computer: empty when nothing is. */
export const leftovers = async (): Promise<string[]> => [
  ...hostPids(await peersFolder()).map((pid) => `process ${pid}`),
  ...NODES.filter(hasNetwork).map(({ link }) => `network namespace ${link}`),
  ...(existsSync(`/sys/class/net/${NETWORK.bridge}`) ? [`bridge ${NETWORK.bridge}`] : []),
  ...readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(STATE_FOLDER) || path.startsWith(RUN_FOLDER))
    .map((path) => `mount ${path}`),
  ...leftCgroups().map((path) => `cgroup ${path}`),
  ...[STATE_FOLDER, RUN_FOLDER].filter((folder) => existsSync(folder)).map((folder) => `folder ${folder}`),
];

/** Ends and removes all of the peers, however far they came; built programs stay in the cache. */
export const down = async (): Promise<void> => {
  for (const node of NODES) {
    await powerOff(node);
    await removeNode(node);
  }
  const programs = await peersFolder();
  await endAll("the registries", () => hostPids(programs));
  await removeBridge();
  for (const folder of [STATE_FOLDER, RUN_FOLDER]) rmSync(folder, { recursive: true, force: true });
};
