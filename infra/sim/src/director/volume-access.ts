import { VOLUME_LABEL } from "./cstor-kinds.ts";
import { numberAt, at, textAt } from "./json.ts";
import { CSTOR_TARGET, JIVA_CONTROLLER, volumeOf, type ReplicatedVolume } from "./volume-state.ts";
import type { Wiring } from "./wiring.ts";
import type { Store } from "../kubernetes/store.ts";

/** Nothing serves a volume at present. */
export class VolumeAway extends Error {
  constructor(volume: string, because: string) {
    super(`volume ${volume}: input/output error, ${because}`);
  }
}

/** The data of one volume. Error of both: `VolumeAway`. */
export interface VolumeAccess {
  read(): unknown;
  write(data: unknown): void;
}

/** Of one that has replicas. */
export interface ReplicatedAccess extends VolumeAccess {
  /** Gives the replica on a node what was written last. Error: `VolumeAway`. */
  rebuild(node: string): void;
}

export interface VolumePlace {
  readonly cluster: string;
  readonly store: Store;
  /** Of the PersistentVolume. */
  readonly volume: string;
}

type Disk = Map<string, unknown>;

/** No folder of hostpath volumes has a slash in its name. */
const keyOf = (volume: string): string => `replica/${volume}`;

export const isReplica = (key: string): boolean => key.startsWith("replica/");

const TARGETS = { cstor: CSTOR_TARGET, jiva: JIVA_CONTROLLER } as const;

const isServed = ({ store, volume }: VolumePlace, engine: ReplicatedVolume["engine"]): boolean =>
  store.list(store.resource("Pod")).some(({ metadata: { labels, deletionTimestamp }, status }) => {
    const isOwn = Object.entries({ ...TARGETS[engine], [VOLUME_LABEL]: volume }).every(([name, value]) => labels?.[name] === value);
    return isOwn && deletionTimestamp === undefined && textAt(status, "phase") === "Running";
  });

const revisionOn = (disk: Disk, key: string): number => numberAt(disk.get(key), "revision") ?? 0;

/** What the replica of a Jiva volume on this disk counts as its revisions; undefined without one. */
export const jivaRevision = ({ store, volume }: Omit<VolumePlace, "cluster">, disk: Disk): number | undefined =>
  volumeOf(store, volume)?.engine === "jiva" ? numberAt(disk.get(keyOf(volume)), "revision") : undefined;

/** Disks of the replicas that run. Error: `VolumeAway` while no target serves the volume, or no more than half of its replicas run. */
const served = (place: VolumePlace, disks: ReadonlyMap<string, Disk>, { engine, replicas }: ReplicatedVolume): readonly Disk[] => {
  if (!isServed(place, engine)) throw new VolumeAway(place.volume, "no target serves it");
  const running = replicas.filter(({ state }) => state === "Running").flatMap(({ node }) => disks.get(node) ?? []);
  if (running.length * 2 <= replicas.length) throw new VolumeAway(place.volume, `${running.length} of ${replicas.length} replicas run`);
  return running;
};

/** A replicated volume, whose data lie with its replicas; undefined for a local one, and where nodes have no disks. */
export const replicatedVolume = (wiring: Pick<Wiring, "volumesOf">, place: VolumePlace): ReplicatedAccess | undefined => {
  const seen = volumeOf(place.store, place.volume);
  if (seen === undefined) return undefined;
  const disks = new Map(
    seen.replicas.flatMap(({ node }) => {
      const disk = wiring.volumesOf(place.cluster, node);
      return disk === undefined ? [] : [[node, disk] as const];
    }),
  );
  if (disks.size === 0) return undefined;
  const key = keyOf(place.volume);
  const newest = (): unknown =>
    served(place, disks, seen)
      .toSorted((a, b) => revisionOn(b, key) - revisionOn(a, key))[0]
      ?.get(key);
  return {
    read: () => at(newest(), "data"),
    rebuild: (node) => {
      const written = newest();
      if (written !== undefined) disks.get(node)?.set(key, written);
    },
    write: (data) => {
      const running = served(place, disks, seen);
      const revision = Math.max(...running.map((disk) => revisionOn(disk, key))) + 1;
      for (const disk of running) disk.set(key, { revision, data });
    },
  };
};

/** A volume as whoever has it on a node reads and writes it; undefined when there is no such node. */
export const volumeOn = (wiring: Pick<Wiring, "volumesOf">, place: VolumePlace, node: string): VolumeAccess | undefined => {
  const disk = wiring.volumesOf(place.cluster, node);
  const { volume } = place;
  const local = disk && { read: () => disk.get(volume), write: (data: unknown) => void disk.set(volume, data) };
  return replicatedVolume(wiring, place) ?? local;
};
