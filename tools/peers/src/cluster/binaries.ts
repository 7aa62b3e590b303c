import { buildPeer, type PeerName } from "../build-peer.ts";

export const CLUSTER_PEERS = [
  "etcd",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "registry",
  "guest",
] as const satisfies readonly PeerName[];

/** Paths of the built programs, by name. */
export type PeerBinaries = Readonly<Record<(typeof CLUSTER_PEERS)[number], string>>;

/** Builds what is not built yet, one after the other: each takes all processors. Error: `PEER_UNAVAILABLE`. */
export const buildCluster = async (onBuilt: (name: PeerName, ms: number) => void): Promise<PeerBinaries> => {
  const built: [string, string][] = [];
  for (const name of CLUSTER_PEERS) {
    const startMs = performance.now();
    built.push([name, await buildPeer(name)]);
    onBuilt(name, performance.now() - startMs);
  }
  return Object.fromEntries(built) as unknown as PeerBinaries;
};
