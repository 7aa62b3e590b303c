import type { Pod } from "../workload-objects.ts";
import type { NodeRuntime } from "./node-runtime.ts";

const INODES = 6_553_600;
const BYTES_PER_INODE = 16_384;

const fileSystem = (runtime: NodeRuntime, usedBytes: number): object => {
  const { capacityBytes, availableBytes } = runtime.diskUse();
  const inodesUsed = Math.min(Math.floor(usedBytes / BYTES_PER_INODE), INODES);
  return {
    time: runtime.view.now(),
    availableBytes,
    capacityBytes,
    usedBytes,
    inodesFree: INODES - inodesUsed,
    inodes: INODES,
    inodesUsed,
  };
};

const volumesOf = (runtime: NodeRuntime, pod: Pod): readonly object[] =>
  (pod.spec.volumes ?? []).flatMap((volume) => {
    const claim = volume.persistentVolumeClaim?.claimName;
    if (claim === undefined) return [];
    const name = runtime.view.get("PersistentVolumeClaim", pod.metadata.namespace, claim)?.spec.volumeName ?? "";
    const usedBytes = Buffer.byteLength(JSON.stringify(runtime.disk.volumes.get(name) ?? ""));
    return [{ ...fileSystem(runtime, usedBytes), name: volume.name, pvcRef: { name: claim, namespace: pod.metadata.namespace } }];
  });

/** What `/api/v1/nodes/<node>/proxy/stats/summary` answers. */
export const statsSummary = (runtime: NodeRuntime, pods: readonly Pod[]): Record<string, unknown> => {
  const { usedBytes } = runtime.diskUse();
  const imageBytes = [...runtime.disk.images.values()].reduce((sum, image) => sum + image.sizeBytes, 0);
  return {
    node: {
      nodeName: runtime.name,
      startTime: runtime.memory.bootedAt,
      fs: fileSystem(runtime, usedBytes),
      runtime: { imageFs: fileSystem(runtime, imageBytes), containerFs: fileSystem(runtime, usedBytes - imageBytes) },
    },
    pods: pods.map((pod) => ({
      podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
      startTime: pod.status?.startTime ?? null,
      containers: pod.spec.containers.map(({ name }) => ({ name, startTime: pod.status?.startTime ?? null })),
      volume: volumesOf(runtime, pod),
    })),
  };
};
