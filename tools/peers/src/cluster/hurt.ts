import { rmSync, statfsSync } from "node:fs";
import { join } from "node:path";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { buildCluster } from "./binaries.ts";
import { askCluster } from "./cluster-api.ts";
import { command } from "./commands.ts";
import { controlPlane } from "./control-plane.ts";
import { removeSnapshot, revertTo, takeSnapshot } from "./disk-snapshots.ts";
import { setCable as setLink } from "./network.ts";
import { nodeNamed, NODES, type PeerNode } from "./plan.ts";
import { powerOff, powerOn } from "./power.ts";
import { endAll, pidsOfProgram, startOnNode } from "./processes.ts";

const API_SERVER = "kube-apiserver";
const SERVE_LIMIT_MS = 60_000;
/** A program is not seen under its name at once. */
const RESTART_MS = 5000;

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

/** One that gives up while it starts, on a computer that is slow for a moment, is started again: a kubelet does so with a static pod. */
const awaitServed = (node: PeerNode): Promise<undefined> => {
  let startedMs = performance.now();
  const whyNot = async (error: unknown): Promise<string> => {
    const isYoung = performance.now() - startedMs < RESTART_MS;
    if (isYoung || (await pidsOfProgram(node, API_SERVER)).length > 0) return String(error);
    startedMs = performance.now();
    await startApiServer(node);
    return `it had ended, and is started again; before that ${String(error)}`;
  };
  return waitUntil({
    what: "the API server of the peers serves",
    deadlineMs: SERVE_LIMIT_MS,
    intervalMs: 200,
    probe: () =>
      askCluster("/readyz").then(
        () => reached(undefined),
        async (error: unknown) => notYet(await whyNot(error)),
      ),
  });
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
