import { join } from "node:path";

/** Root's own; all that the peers keep is below these two. */
export const STATE_FOLDER = "/var/lib/kubera-e2e-peers";
/** Short, for the path of a socket may have 107 characters. */
export const RUN_FOLDER = "/run/kubera-e2e-peers";

/** A network that only this computer has: one bridge, one address a node, one range of pods a node. */
export const NETWORK = {
  bridge: "kpeers0",
  host: "10.222.0.1",
  prefix: 24,
  services: "10.222.200.0/24",
  pods: "10.222.100.0/22",
} as const;

export const REGISTRY = `${NETWORK.host}:5000`;
/** Left to tests: the nodes speak plain HTTP with whoever listens there. */
export const SPARE_REGISTRIES = [`${NETWORK.host}:5002`, `${NETWORK.host}:5003`] as const;
export const MIRROR = `${NETWORK.host}:5001`;

export interface PeerNode {
  readonly name: string;
  readonly plane: "control" | "worker";
  readonly address: string;
  readonly podCidr: string;
  /** The file that is its disk: what a snapshot keeps. */
  readonly image: string;
  /** Where that disk is mounted while the node is on: images, containers, volumes, addresses of pods, and etcd. */
  readonly disk: string;
  /** What a power cut takes away. */
  readonly run: string;
  /** Name of its network namespace and of its end of the link. */
  readonly link: string;
}

const nodeOf = (number: number): PeerNode => {
  const name = `peers-${number}`;
  return {
    name,
    plane: number === 1 ? "control" : "worker",
    address: `10.222.0.${10 + number}`,
    podCidr: `10.222.${100 + number}.0/24`,
    image: join(STATE_FOLDER, "disks", `${name}.img`),
    disk: join(RUN_FOLDER, "disks", name),
    run: join(RUN_FOLDER, name),
    link: `kpeers-${number}`,
  };
};

/** The machines of the bed `peers`: the first bears the control plane. */
export const NODES: readonly PeerNode[] = [1, 2, 3, 4].map(nodeOf);

export const nodeNamed = (name: string): PeerNode | undefined => NODES.find((node) => node.name === name);

export const CONTROL_ADDRESS = "10.222.0.11";
export const API_SERVER = `https://${CONTROL_ADDRESS}:6443`;

export const PKI_FOLDER = join(STATE_FOLDER, "pki");
export const LOG_FOLDER = join(STATE_FOLDER, "logs");
export const KUBECONFIG = join(PKI_FOLDER, "admin.kubeconfig");
/** Of a user without any role, and of an administrator whose certificate has expired. */
export const STRANGER_KUBECONFIG = join(PKI_FOLDER, "stranger.kubeconfig");
export const EXPIRED_KUBECONFIG = join(PKI_FOLDER, "expired.kubeconfig");
