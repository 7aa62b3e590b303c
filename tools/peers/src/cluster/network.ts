import { existsSync } from "node:fs";
import { mountsWithin } from "./mounts.ts";
import { attempt, command } from "./commands.ts";
import { NETWORK, NODES, type PeerNode } from "./plan.ts";

const namespacePath = ({ link }: PeerNode): string => `/run/netns/${link}`;

/** Enters the node's network alone: `ip netns exec` would hide the mounts of cgroups. */
export const inNetworkOf = (node: PeerNode): [string, ...string[]] => ["nsenter", `--net=${namespacePath(node)}`, "--"];

/** Whether it can be entered: an `ip netns add` or `del` that was cut short leaves a file in which nothing is mounted. */
export const hasNetwork = (node: PeerNode): boolean => mountsWithin(namespacePath(node)).length > 0;

const hasLink = (name: string): boolean => existsSync(`/sys/class/net/${name}`);

/** What of a node's network is there, whole or not. */
export const leftNetwork = (node: PeerNode): string[] => [
  ...(existsSync(namespacePath(node)) ? [`network namespace ${node.link}`] : []),
  ...(hasLink(node.link) ? [`link ${node.link}`] : []),
];

const FORWARDS = "net.ipv4.ip_forward";

/** Forwarding is the last that is set inside; before that nothing has ever run there. */
const isWhole = async (node: PeerNode): Promise<boolean> =>
  hasNetwork(node) && hasLink(node.link) && (await command(...inNetworkOf(node), "sysctl", "-n", FORWARDS)).trim() === "1";

export const addBridge = async (): Promise<void> => {
  const { bridge, host, prefix } = NETWORK;
  if (!hasLink(bridge)) await command("ip", "link", "add", bridge, "type", "bridge");
  await command("ip", "addr", "replace", `${host}/${prefix}`, "dev", bridge);
  await command("ip", "link", "set", bridge, "up");
};

/** One network namespace, one cable to the bridge, and the way to its pods; half a one is made anew. */
export const addNode = async (node: PeerNode): Promise<void> => {
  if (await isWhole(node)) return;
  await removeNode(node);
  const { link, address, podCidr } = node;
  const { bridge, host, prefix } = NETWORK;
  await command("ip", "netns", "add", link);
  await command("ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", link);
  await command("ip", "link", "set", link, "master", bridge, "up");
  const inside = (...args: readonly string[]): Promise<string> => command(...inNetworkOf(node), ...args);
  await inside("ip", "link", "set", "lo", "up");
  await inside("ip", "addr", "add", `${address}/${prefix}`, "dev", "eth0");
  await inside("ip", "link", "set", "eth0", "up");
  await inside("ip", "route", "add", "default", "via", host);
  // Node to node, so that the computer itself need not forward packets.
  for (const other of NODES) if (other !== node) await inside("ip", "route", "add", other.podCidr, "via", other.address);
  await command("ip", "route", "replace", podCidr, "via", address);
  await inside("sysctl", "-q", "-w", `${FORWARDS}=1`);
};

/** Pulls the cable, or plugs it in again. */
export const setCable = async ({ link, podCidr, address }: PeerNode, state: "up" | "down"): Promise<void> => {
  await command("ip", "link", "set", link, state);
  // A link that goes down takes the routes through it along.
  if (state === "up") await command("ip", "route", "replace", podCidr, "via", address);
};

/** Pulls the cable of whatever of the node's network is there. */
export const cutCable = async (node: PeerNode): Promise<void> => {
  if (hasLink(node.link)) await setCable(node, "down");
};

export const removeNode = async ({ link }: PeerNode): Promise<void> => {
  await attempt("ip", "link", "del", link);
  await attempt("ip", "netns", "del", link);
};

export const removeBridge = (): Promise<void> => attempt("ip", "link", "del", NETWORK.bridge);
