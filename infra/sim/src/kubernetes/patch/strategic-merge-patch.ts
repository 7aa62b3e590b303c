import { badRequest } from "../api-status.ts";
import { sameJson } from "../plain-json.ts";

type Fields = Record<string, unknown>;

/** Keys by which lists of maps merge; `ports` of a container and of a service differ by their owner. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  addresses: "type",
  conditions: "type",
  containers: "name",
  env: "name",
  ephemeralContainers: "name",
  hostAliases: "ip",
  imagePullSecrets: "name",
  initContainers: "name",
  ownerReferences: "uid",
  podIPs: "ip",
  resourceClaims: "name",
  secrets: "name",
  topologySpreadConstraints: "topologyKey",
  volumeDevices: "devicePath",
  volumeMounts: "mountPath",
  volumes: "name",
};

/** Lists of plain values that merge as sets. */
const MERGED_SETS = new Set(["finalizers", "podCIDRs"]);

const ORDER = "$setElementOrder/";
const DELETE_PRIMITIVES = "$deleteFromPrimitiveList/";
const RETAIN = "$retainKeys";
const DIRECTIVE = "$patch";
const DIRECTIVES = new Set<unknown>(["merge", "replace", "delete"]);

const isMap = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const maps = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isMap) : []);

const mergeKeyOf = (field: string, entries: readonly unknown[]): string | undefined => {
  if (field !== "ports") return MERGE_KEYS[field];
  return entries.some((entry) => isMap(entry) && entry["containerPort"] !== undefined) ? "containerPort" : "port";
};

/** Live entries that the order does not name keep their place after their predecessor; the others stand as ordered. */
const inOrder = <T>(entries: readonly T[], order: readonly unknown[], keyOf: (entry: T) => unknown): T[] => {
  const rank = (entry: T): number => order.findIndex((key) => sameJson(key, keyOf(entry)));
  const ranked = entries.filter((entry) => rank(entry) >= 0).toSorted((a, b) => rank(a) - rank(b));
  return [...ranked, ...entries.filter((entry) => rank(entry) < 0)];
};

const mergeEntries = (live: readonly Fields[], patch: readonly Fields[], key: string): Fields[] => {
  const result = [...live];
  for (const entry of patch) {
    const value = entry[key];
    if (value === undefined) throw badRequest(`map: ${JSON.stringify(entry)} does not contain declared merge key: ${key}`);
    const index = result.findIndex((candidate) => sameJson(candidate[key], value));
    if (entry[DIRECTIVE] === "delete") {
      if (index >= 0) result.splice(index, 1);
    } else if (index >= 0) result[index] = mergeMaps(result[index] ?? {}, entry);
    else result.push(mergeMaps({}, entry));
  }
  return result;
};

const mergeList = (field: string, live: unknown, patch: readonly unknown[]): unknown[] => {
  const liveList: readonly unknown[] = Array.isArray(live) ? live : [];
  if (MERGED_SETS.has(field)) return [...new Set([...liveList, ...patch])];
  const key = mergeKeyOf(field, [...patch, ...liveList]);
  if (key === undefined || !patch.every(isMap)) return [...patch];
  const replaces = patch.some((entry) => entry[DIRECTIVE] === "replace");
  const entries = patch.filter((entry) => entry[DIRECTIVE] !== "replace");
  return mergeEntries(replaces ? [] : maps(liveList), entries, key);
};

const applyOrder = (result: Fields, field: string, order: readonly unknown[]): void => {
  const list = result[field];
  if (!Array.isArray(list)) return;
  const key = mergeKeyOf(field, [...(list as unknown[]), ...order]);
  if (key === undefined) result[field] = inOrder(list as unknown[], order, (entry) => entry);
  else {
    const keys = maps(order).map((entry) => entry[key]);
    result[field] = inOrder(maps(list), keys, (entry) => entry[key]);
  }
};

const applyDirective = (result: Fields, name: string, value: unknown): void => {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  if (name.startsWith(ORDER)) applyOrder(result, name.slice(ORDER.length), list);
  if (name.startsWith(DELETE_PRIMITIVES)) {
    const field = name.slice(DELETE_PRIMITIVES.length);
    const live = result[field];
    if (Array.isArray(live)) result[field] = live.filter((entry) => !list.includes(entry));
  }
  if (name === RETAIN) {
    for (const key of Object.keys(result)) if (!list.includes(key)) delete result[key];
  }
};

const applyField = (result: Fields, field: string, value: unknown): void => {
  if (value === null) delete result[field];
  else if (Array.isArray(value)) result[field] = mergeList(field, result[field], value);
  else if (!isMap(value)) result[field] = value;
  else if (value[DIRECTIVE] === "delete") delete result[field];
  else result[field] = mergeMaps(isMap(result[field]) ? result[field] : {}, value);
};

function mergeMaps(live: Fields, patch: Fields): Fields {
  const { [DIRECTIVE]: directive, ...fields } = patch;
  if (directive !== undefined && !DIRECTIVES.has(directive)) {
    throw badRequest(`Unknown patch type: ${JSON.stringify(directive)}`);
  }
  const result: Fields = directive === "replace" ? {} : { ...live };
  const entries = Object.entries(fields);
  for (const [field, value] of entries) if (!field.startsWith("$")) applyField(result, field, value);
  for (const [field, value] of entries) if (field.startsWith("$")) applyDirective(result, field, value);
  return result;
}

/** Kubernetes' own patch of built-in kinds: lists merge by the key of their entries, directives delete, replace and order. */
export const strategicMergePatch = (live: unknown, patch: unknown): unknown => {
  if (!isMap(patch)) throw badRequest("error decoding patch: it is not an object");
  return mergeMaps(isMap(live) ? live : {}, patch);
};
