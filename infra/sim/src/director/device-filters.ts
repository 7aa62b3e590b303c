import type { BlockDisk } from "../datacenter/block-disks.ts";
import { listAt, parsedJson, textAt, type JsonRecord } from "./json.ts";

/** Which devices become BlockDevices. Entries are parts of a device's path or vendor, or mount points of the node's system. */
export interface DeviceFilters {
  readonly systemMounts: readonly string[];
  readonly excludedVendors: readonly string[];
  /** Empty lets all paths in. */
  readonly includedPaths: readonly string[];
  readonly excludedPaths: readonly string[];
}

/** What NDM leaves alone unless it is told otherwise. */
export const DEFAULT_FILTERS: DeviceFilters = {
  systemMounts: ["/", "/etc/hosts", "/boot"],
  excludedVendors: ["CLOUDBYT", "OpenEBS"],
  includedPaths: [],
  excludedPaths: ["loop", "fd0", "sr0", "/dev/ram", "/dev/dm-", "/dev/md"],
};

const KEYS = { system: "os-disk-exclude-filter", vendor: "vendor-filter", path: "path-filter" } as const;

const entry = (key: string, include: readonly string[], exclude: readonly string[]): JsonRecord => ({
  key,
  name: key.replaceAll("-", " "),
  state: "true",
  include: include.join(","),
  exclude: exclude.join(","),
});

/** The file `node-disk-manager.config` that NDM reads when it starts. */
export const filterConfig = (filters: DeviceFilters): string => {
  const filterconfigs = [
    entry(KEYS.system, [], filters.systemMounts),
    entry(KEYS.vendor, [], filters.excludedVendors),
    entry(KEYS.path, filters.includedPaths, filters.excludedPaths),
  ];
  return JSON.stringify({ filterconfigs }, undefined, 2);
};

const wordsOf = (text: string | undefined): string[] =>
  (text ?? "").split(",").flatMap((word) => (word.trim() === "" ? [] : [word.trim()]));

/** What such a file says; a filter that is missing or switched off keeps nothing out. */
export const readFilterConfig = (text: string): DeviceFilters => {
  const entries = listAt(parsedJson(text), "filterconfigs").filter((one) => textAt(one, "state") === "true");
  const words = (key: string, field: "include" | "exclude"): string[] =>
    wordsOf(
      textAt(
        entries.find((one) => textAt(one, "key") === key),
        field,
      ),
    );
  return {
    systemMounts: words(KEYS.system, "exclude"),
    excludedVendors: words(KEYS.vendor, "exclude"),
    includedPaths: words(KEYS.path, "include"),
    excludedPaths: words(KEYS.path, "exclude"),
  };
};

const holdsAny = (text: string, parts: readonly string[]): boolean => parts.some((part) => text.toLowerCase().includes(part.toLowerCase()));

/** Whether a device passes all filters. */
export const passesFilters = (disk: BlockDisk, filters: DeviceFilters): boolean =>
  !disk.mountPoints.some((mount) => filters.systemMounts.includes(mount)) &&
  !holdsAny(disk.vendor, filters.excludedVendors) &&
  (filters.includedPaths.length === 0 || holdsAny(disk.path, filters.includedPaths)) &&
  !holdsAny(disk.path, filters.excludedPaths);
