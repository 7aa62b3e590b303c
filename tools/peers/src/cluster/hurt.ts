import { rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { awaitServed } from "./await-served.ts";
import { buildCluster } from "./binaries.ts";
import { command } from "./commands.ts";
import { controlPlane } from "./control-plane.ts";
import { removeSnapshot, revertTo, takeSnapshot } from "./disk-snapshots.ts";
import { setCable as setLink } from "./network.ts";
import { nodeNamed, NODES, type PeerNode } from "./plan.ts";
import { powerOff, powerOn } from "./power.ts";
import { endAll, pidsOfProgram, startOnNode } from "./processes.ts";

const API_SERVER = "kube-apiserver";

const nodeOf = (name: string): PeerNode => {
  const node = nodeNamed(name);
  if (node === undefined) throw new Error(`there is no node ${name}; there are ${NODES.map((one) => one.name).join(", ")}`);
  return node;
};

const controlNode = (): PeerNode => nodeOf(NODES.find(({ plane }) => plane === "control")?.name ?? "");

/** Cuts the power of a node, or switches it on. */
export const setPower = async (name: string, to: "on" | "off"): Promise<void> =>
  to === "off" ? powerOff(nodeOf(name)) : powerOn(nodeOf(name), await buildCluster(() => {}));

/** Pulls the cable of a node, or plugs it in. */
export const setCable = (name: string, to: "up" | "down"): Promise<void> => setLink(nodeOf(name), to);

/** Fills the disk of a node but for 3 %, or takes that away again. */
export const setDisk = async (name: string, to: "full" | "free"): Promise<void> => {
  const { disk } = nodeOf(name);
  const ballast = join(disk, "ballast");
  if (to === "free") return rmSync(ballast, { force: true });
  const { bavail, blocks, bsize } = statfsSync(disk);
  const length = Math.max(Math.floor((bavail - blocks * 0.03) * bsize), 1);
  await command("fallocate", `--length=${length}`, ballast);
};

const startApiServer = async (node: PeerNode): Promise<void> => {
  for (const program of controlPlane(await buildCluster(() => {}), node)) if (program.name === API_SERVER) startOnNode(node, program);
};

/** Kills the API server alone, or starts it again and waits until it serves. */
export const setApiServer = async (to: "on" | "off"): Promise<void> => {
  const node = controlNode();
  if (to === "off") {
    await endAll(API_SERVER, () => pidsOfProgram(node, API_SERVER));
    return;
  }
  await startApiServer(node);
  await awaitServed(node);
};

/** Keeps the disk of the control plane, etcd with it, as it is now; the answer brings it back. Each costs a power cycle of that node. */
export const keepControlPlane = async (): Promise<() => Promise<void>> => {
  const node = controlNode();
  const cycle = async <T>(work: () => Promise<T>): Promise<T> => {
    await powerOff(node);
    const value = await work();
    await setPower(node.name, "on");
    await awaitServed(node);
    return value;
  };
  const snapshot = await cycle(() => takeSnapshot(node, { name: "kept", description: "" }));
  return async () => {
    await cycle(() => revertTo(node, snapshot));
    removeSnapshot(node, snapshot);
  };
};
