import type { Call } from "../call.ts";
import { invalid, missing, notFound } from "../http/api-error.ts";
import { at } from "../json.ts";
import { relabel } from "../kube-apply.ts";
import type { ClusterRow, NodeRow } from "../rows.ts";

export const CONTROL_PLANE_LABEL = "mayadata.io/control-plane";
export const DATA_PLANE_LABEL = "mayadata.io/data-plane";

const PLANES = { controlPlaneNodes: CONTROL_PLANE_LABEL, dataPlaneNodes: DATA_PLANE_LABEL } as const;

const numberOf = (node: NodeRow): string => /\d+$/.exec(node.id)?.[0] ?? node.id;

/** Nodes by the number of their id, as the field's clients send them; the whole id is understood too. */
const chosen = (call: Call, field: string, nodes: readonly NodeRow[]): ReadonlySet<string> => {
  const value = at(call.request.body, field) ?? "";
  const wanted: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (wanted.length === 0) throw invalid(`${field} names no node`, "MinLengthExceeded");
  const names = wanted.map((entry) => {
    const node = nodes.find((row) => row.id === String(entry) || numberOf(row) === String(entry));
    if (node === undefined)
      throw value === "" ? missing(field) : invalid(`${field} names ${String(entry)}, which is no node of the cluster`, "InvalidReference");
    return node.name;
  });
  return new Set(names);
};

/** Labels one node for a plane, or takes the label from it; a plane that is not named stays as it is. */
export const labelNode = (call: Call, cluster: ClusterRow, name: string): void => {
  const wanted = { [CONTROL_PLANE_LABEL]: flag(call, "controlPlaneNode"), [DATA_PLANE_LABEL]: flag(call, "dataPlaneNode") };
  const named = Object.entries(wanted).filter(([, value]) => value !== undefined);
  if (named.length === 0) throw missing("controlPlaneNode");
  const store = call.director.storeOf(cluster);
  const node = store.get(store.resource("Node"), undefined, name);
  if (node === undefined) throw notFound(`node ${name} is not there any more`);
  relabel(store, node, Object.fromEntries(named.map(([label, value]) => [label, value === true ? "true" : undefined])));
};

const flag = (call: Call, field: string): boolean | undefined => {
  const value = at(call.request.body, field);
  if (value === undefined || typeof value === "boolean") return value;
  if (value !== "true" && value !== "false") throw invalid(`${field} is neither true nor false`);
  return value === "true";
};

/** Labels the chosen nodes, and takes the labels from those that are not chosen. Nothing is labelled when a field is wrong. */
export const selectNodes = (call: Call, cluster: ClusterRow): void => {
  const nodes = call.db.list("nodes").filter((node) => node.clusterId === cluster.id);
  const planes = Object.entries(PLANES).map(([field, label]) => ({ label, names: chosen(call, field, nodes) }));
  const store = call.director.storeOf(cluster);
  for (const node of store.list(store.resource("Node"))) {
    const { name } = node.metadata;
    relabel(store, node, Object.fromEntries(planes.map(({ label, names }) => [label, names.has(name) ? "true" : undefined])));
  }
};
