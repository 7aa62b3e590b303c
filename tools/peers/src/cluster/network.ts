import { existsSync } from "node:fs";
import { attempt, command } from "./commands.ts";
import { NETWORK, NODES, type PeerNode } from "./plan.ts";

const namespacePath = ({ link }: PeerNode): string => `/run/netns/${link}`;

/** Enters the node's network alone: `ip netns exec` would hide the mounts of cgroups. */
export const inNetworkOf = (node: PeerNode): [string, ...string[]] => ["nsenter", `--net=${namespacePath(node)}`, "--"];

export const hasNetwork = (node: PeerNode): boolean => existsSync(namespacePath(node));

export const addBridge = async (): Promise<void> => {
  const { bridge, host, prefix } = NETWORK;
  if (existsSync(`/sys/class/net/${bridge}`)) return;
  await command("ip", "link", "add", bridge, "type", "bridge");
  await command("ip", "addr", "add", `${host}/${prefix}`, "dev", bridge);
  await command("ip", "link", "set", bridge, "up");
};

/** One network namespace, one cable to the bridge, and the way to its pods. */
export const addNode = async (node: PeerNode): Promise<void> => {
  if (hasNetwork(node)) return;
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
  await inside("sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
  await command("ip", "route", "replace", podCidr, "via", address);
};

/** Pulls the cable, or plugs it in again. */
export const setCable = async ({ link, podCidr, address }: PeerNode, state: "up" | "down"): Promise<void> => {
  await command("ip", "link", "set", link, state);
  // A link that goes down takes the routes through it along.
  if (state === "up") await command("ip", "route", "replace", podCidr, "via", address);
};

export const removeNode = async ({ link }: PeerNode): Promise<void> => {
  await attempt("ip", "link", "del", link);
  await attempt("ip", "netns", "del", link);
};

export const removeBridge = (): Promise<void> => attempt("ip", "link", "del", NETWORK.bridge);
