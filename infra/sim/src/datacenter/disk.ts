import type { KubeObject } from "../kubernetes/kube-object.ts";

/** An image as it lies on a node: its digest and the bytes it takes. */
export interface StoredImage {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** etcd as it lies on a control plane's disk. Objects are never changed in place, so that a snapshot is a copy of the map. */
export interface EtcdData {
  revision: number;
  readonly objects: Map<string, KubeObject>;
}

/** What survives a power-off, and what a snapshot copies. Values of the maps are never changed in place. */
export interface Disk {
  readonly capacityBytes: number;
  /** Bytes that belong to the operating system, logs and whatever a fault put there. */
  ballastBytes: number;
  /** Images by reference, as kubelet pulled them. */
  readonly images: Map<string, StoredImage>;
  readonly etcd: EtcdData;
  /** Data of local persistent volumes by volume name; plain JSON. */
  readonly volumes: Map<string, unknown>;
}

const GIB = 1024 ** 3;

export const newDisk = (capacityGib: number): Disk => ({
  capacityBytes: capacityGib * GIB,
  ballastBytes: 12 * GIB,
  images: new Map(),
  etcd: { revision: 0, objects: new Map() },
  volumes: new Map(),
});

export const copyDisk = (disk: Disk): Disk => ({
  capacityBytes: disk.capacityBytes,
  ballastBytes: disk.ballastBytes,
  images: new Map(disk.images),
  etcd: { revision: disk.etcd.revision, objects: new Map(disk.etcd.objects) },
  volumes: new Map(disk.volumes),
});

export const usedBytes = (disk: Disk): number => {
  let sum = disk.ballastBytes;
  for (const image of disk.images.values()) sum += image.sizeBytes;
  return sum;
};
