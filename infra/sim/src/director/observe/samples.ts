import { stateOf, volumesIn, type SeenVolume } from "./volumes.ts";
import type { Store } from "../../kubernetes/store.ts";

/** One value of one series; the labels without its name. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const GIBIBYTE = 1024 ** 3;
const SECTOR_BYTES = 512;
const STATUS = { Offline: 1, Degraded: 2, Healthy: 3 } as const;

/** The simulated disks take no load, so counters of reads and writes stand still. */
const IDLE = ["reads", "writes", "read_time", "write_time", "read_block_count", "write_block_count"] as const;

const replicatedSamples = (volume: SeenVolume): readonly Sample[] => {
  const { name, claim, bytes, replicas, engine } = volume;
  const labels = { openebs_pv: name, openebs_pvc: claim.name, vol: name, castype: engine };
  const healthy = replicas.filter((phase) => phase === "Healthy").length;
  const values: Readonly<Record<string, number>> = {
    size_of_volume: bytes / GIBIBYTE,
    volume_status: STATUS[stateOf(volume)],
    total_replica_count: replicas.length,
    healthy_replica_count: healthy,
    degraded_replica_count: replicas.length - healthy,
    sector_size: SECTOR_BYTES,
    logical_size: 0,
    actual_used: 0,
    ...Object.fromEntries(IDLE.map((counter) => [counter, 0])),
  };
  return Object.entries(values).map(([of, value]) => ({ name: `openebs_${of}`, labels, value }));
};

/** What a kubelet says of a volume that is a folder of its node. */
const localSamples = ({ claim, bytes }: SeenVolume): readonly Sample[] => [
  {
    name: "kubelet_volume_stats_capacity_bytes",
    labels: { namespace: claim.namespace, persistentvolumeclaim: claim.name },
    value: bytes,
  },
];

/** What cortex-agent finds on its cluster at one moment. */
export const samplesOf = (store: Store): readonly Sample[] =>
  volumesIn(store).flatMap((volume) => (volume.engine === "local" ? localSamples(volume) : replicatedSamples(volume)));
