import { text } from "node:stream/consumers";
import { z } from "zod";
import { buildCluster } from "./binaries.ts";
import { depthIn, readTree, removeSnapshot, revertTo, takeSnapshot, type DiskSnapshot } from "./disk-snapshots.ts";
import { nodeNamed, NODES, type PeerNode } from "./plan.ts";
import { isOn, powerOff, powerOn } from "./power.ts";
import { inTurn } from "./turns.ts";

/** The one script of the bed `peers`: its machines are nodes of this computer, driven as docs/add-a-hypervisor.md says. */
const requestSchema = z.discriminatedUnion("verb", [
  z.object({ verb: z.literal("inspect"), names: z.array(z.string()) }),
  z.object({ verb: z.literal("power"), name: z.string(), to: z.enum(["on", "off"]) }),
  z.object({ verb: z.literal("snapshot"), name: z.string(), snapshot: z.object({ name: z.string(), description: z.string() }) }),
  z.object({ verb: z.literal("revert"), name: z.string(), snapshotId: z.string() }),
  z.object({ verb: z.literal("remove"), name: z.string(), snapshotId: z.string() }),
]);
type Request = z.infer<typeof requestSchema>;

class Refused extends Error {
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const machineNamed = (name: string): PeerNode => {
  const node = nodeNamed(name);
  if (node === undefined) throw new Refused("NotFound", `there is no machine ${name}`);
  return node;
};

const snapshotOf = (node: PeerNode, id: string): DiskSnapshot => {
  const snapshot = readTree(node).snapshots.find((one) => one.id === id);
  if (snapshot === undefined) throw new Refused("NotFound", `${node.name} has no snapshot ${id}`);
  return snapshot;
};

const inspect = async (node: PeerNode): Promise<object> => {
  const tree = readTree(node);
  return {
    name: node.name,
    power: (await isOn(node)) ? "on" : "off",
    esxHost: "this computer",
    snapshots: tree.snapshots.map((snapshot) => ({ ...snapshot, depth: depthIn(tree, snapshot), withMemory: false })),
    ...(tree.current !== undefined && { currentSnapshot: tree.current }),
    consolidationNeeded: false,
  };
};

const snapshot = async (node: PeerNode, asked: Pick<DiskSnapshot, "name" | "description">): Promise<object> => {
  if (await isOn(node)) throw new Refused("InvalidPowerState", `${node.name} is on, and its disk changes while it is copied`);
  return { id: (await takeSnapshot(node, asked)).id };
};

const change = async (node: PeerNode, request: Exclude<Request, { readonly verb: "inspect" }>): Promise<object> => {
  if (request.verb === "snapshot") return snapshot(node, request.snapshot);
  if (request.verb === "power") await (request.to === "off" ? powerOff(node) : powerOn(node, await buildCluster(() => {})));
  if (request.verb === "remove") removeSnapshot(node, snapshotOf(node, request.snapshotId));
  if (request.verb === "revert") {
    const goal = snapshotOf(node, request.snapshotId);
    await powerOff(node);
    await revertTo(node, goal);
  }
  return {};
};

const act = async (request: Request): Promise<object> => {
  if (request.verb === "inspect") {
    const known = NODES.filter(({ name }) => request.names.includes(name));
    return { machines: await Promise.all(known.map(inspect)), known: NODES.map(({ name }) => name) };
  }
  const node = machineNamed(request.name);
  return inTurn([node], () => change(node, request));
};

try {
  console.log(JSON.stringify(await act(requestSchema.parse(JSON.parse(await text(process.stdin))))));
} catch (error) {
  const { message } = error as Error;
  const type = error instanceof Refused ? error.type : "SystemError";
  console.log(JSON.stringify({ error: { type, message } }));
  console.error(message);
  process.exitCode = 1;
}
