import type { KubeObject } from "../kubernetes/kube-object.ts";
import { DEVICE_TAG } from "./cstor-kinds.ts";
import { numberAt, textAt } from "./json.ts";
import { dataDevices, type RaidGroup } from "./raid.ts";

/** A block device that a pool may take. */
export interface FreeDevice {
  readonly object: KubeObject;
  readonly node: string;
  readonly group: string;
  readonly bytes: number;
}

const isEligible = (device: KubeObject): boolean =>
  textAt(device, "status", "state") === "Active" &&
  textAt(device, "status", "claimState") === "Unclaimed" &&
  (textAt(device, "spec", "filesystem", "fsType") ?? "") === "" &&
  device.metadata.labels?.[DEVICE_TAG] === undefined;

const groupName = (device: KubeObject): string => {
  const sector = numberAt(device, "spec", "capacity", "physicalSectorSize") ?? 0;
  const parts = [textAt(device, "spec", "details", "deviceType") ?? "", textAt(device, "spec", "details", "driveType") ?? ""];
  return [...parts.map((part) => (part === "" ? "Unknown" : part)), ...(sector > 0 ? [String(sector)] : [])].join("-");
};

/** Devices that are Active, Unclaimed, without file system or tag, and say where they are and how large. */
export const freeDevices = (devices: readonly KubeObject[]): readonly FreeDevice[] =>
  devices.filter(isEligible).flatMap((object) => {
    const node = object.metadata.labels?.["kubernetes.io/hostname"] ?? "";
    const bytes = numberAt(object, "spec", "capacity", "storage") ?? 0;
    const isTyped =
      textAt(object, "spec", "details", "deviceType") !== undefined && textAt(object, "spec", "details", "driveType") !== undefined;
    return node !== "" && bytes > 0 && isTyped ? [{ object, node, bytes, group: groupName(object) }] : [];
  });

const groupedBy = <T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
};

/** Devices of exactly one size, smallest size first. */
const buckets = (devices: readonly FreeDevice[]): readonly (readonly FreeDevice[])[] =>
  [...groupedBy(devices, ({ bytes }) => String(bytes)).values()].toSorted((a, b) => (a[0]?.bytes ?? 0) - (b[0]?.bytes ?? 0));

const maxOf = (bucket: readonly FreeDevice[], raid: RaidGroup): number =>
  (bucket[0]?.bytes ?? 0) * Math.floor(bucket.length / raid.count) * dataDevices(raid);

export interface CapacityRange {
  readonly deviceGroupName: string;
  readonly minCapacityBytes: number;
  readonly maxCapacityBytes: number;
}

/** What one pool instance can hold, per device group; groups that cannot hold anything are left out. */
export const capacityRanges = (devices: readonly FreeDevice[], raid: RaidGroup): readonly CapacityRange[] =>
  [...groupedBy(devices, ({ group }) => group)].flatMap(([deviceGroupName, members]) => {
    const perNode = [...groupedBy(members, ({ node }) => node).values()].map((own) =>
      buckets(own).filter(({ length }) => length >= raid.count),
    );
    const usable = perNode.flat();
    if (usable.length === 0) return [];
    const minCapacityBytes = Math.min(...usable.map((bucket) => (bucket[0]?.bytes ?? 0) * dataDevices(raid)));
    return [{ deviceGroupName, minCapacityBytes, maxCapacityBytes: Math.max(...usable.map((bucket) => maxOf(bucket, raid))) }];
  });

/** The largest suitable size below what is wanted, or else the smallest suitable size at or above it. */
const suitableBucket = (devices: readonly FreeDevice[], raid: RaidGroup, wanted: number): readonly FreeDevice[] | undefined => {
  const suitable = buckets(devices).filter((bucket) => bucket.length >= raid.count && maxOf(bucket, raid) >= wanted);
  return suitable.findLast((bucket) => (bucket[0]?.bytes ?? 0) < wanted) ?? suitable[0];
};

export interface PoolInstance {
  readonly node: string;
  readonly capacityBytes: number;
  readonly devices: readonly FreeDevice[];
}

/** The devices each node would give for a pool instance of the wanted capacity; nodes that cannot are left out. */
export const poolInstances = (devices: readonly FreeDevice[], raid: RaidGroup, wanted: number): readonly PoolInstance[] =>
  [...groupedBy(devices, ({ node }) => node)].flatMap(([node, own]) => {
    const bucket = suitableBucket(own, raid, wanted);
    if (bucket === undefined) return [];
    const perGroup = dataDevices(raid) * (bucket[0]?.bytes ?? 0);
    const groups = Math.ceil(wanted / perGroup);
    return [{ node, capacityBytes: groups * perGroup, devices: bucket.slice(0, groups * raid.count) }];
  });

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** Bytes of "1G" or "25Gi"; undefined for anything else. */
export const bytesOf = (text: string): number | undefined => {
  const [, amount, unit = ""] = /^(\d+(?:\.\d+)?)([KMGT]i?)?$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] ?? 1);
};
