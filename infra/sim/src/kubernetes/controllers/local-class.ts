import { parse } from "yaml";
import type { StorageClass } from "../workload-objects.ts";

/** Provisioner of volumes that lie on one node. */
export const LOCAL_PROVISIONER = "openebs.io/local";
const CONFIG = "cas.openebs.io/config";

/** What a class of local volumes wants: a folder of the node, or one of its devices, of those with a tag when it names one. */
export type LocalWish = { readonly engine: "hostpath" } | { readonly engine: "device"; readonly tag?: string };

/** Why nothing can be provisioned for a class. */
export interface ClassFault {
  readonly fault: string;
}

interface Entry {
  readonly name: string;
  readonly value: string;
}

const isEntry = (entry: unknown): entry is Entry =>
  typeof entry === "object" &&
  entry !== null &&
  "name" in entry &&
  typeof entry.name === "string" &&
  "value" in entry &&
  typeof entry.value === "string" &&
  Object.keys(entry).length === 2;

const parsed = (text: string): unknown => {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
};

const KNOWN = ["StorageType", "BlockDeviceTag"];

const wishOf = (entries: readonly Entry[]): LocalWish | ClassFault => {
  const unknown = entries.find(({ name }) => !KNOWN.includes(name));
  if (unknown !== undefined) return { fault: `${CONFIG} has the key ${unknown.name}, and the simulator knows ${KNOWN.join(" and ")}` };
  const { StorageType: engine = "hostpath", BlockDeviceTag: tag } = Object.fromEntries(entries.map(({ name, value }) => [name, value]));
  if (engine !== "hostpath" && engine !== "device") return { fault: `PV with StorageType ${engine} is not supported` };
  if (tag === undefined) return { engine };
  if (engine === "hostpath" || tag === "") return { fault: `${CONFIG} has BlockDeviceTag "${tag}" for StorageType ${engine}` };
  return { engine, tag };
};

/** What `cas.openebs.io/config` of a class says: YAML text with a list of names and values; hostpath without it. */
export const localWish = ({ metadata }: Pick<StorageClass, "metadata">): LocalWish | ClassFault => {
  const entries = parsed(metadata.annotations?.[CONFIG] ?? "[]");
  if (!Array.isArray(entries) || !entries.every(isEntry)) return { fault: `${CONFIG} is no list of names and values` };
  return wishOf(entries);
};
