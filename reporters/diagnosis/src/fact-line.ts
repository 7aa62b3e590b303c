import type { Fact, Scope } from "@kubera-e2e/schema/evidence";

/** Of what a fact says; its place is never cut, however long the names are. */
const TEXT_LIMIT = 160;
const MESSAGE_FIELDS = ["message", "waiting.message", "PodScheduled.message", "detail"];

const placeOf = ({ cluster, namespace, kind, name, node, vm, urlHost }: Scope): string => {
  // Events about a node carry a namespace that means nothing.
  const object =
    name === undefined || kind === "Node" ? undefined : [kind, [namespace, name].filter(Boolean).join("/")].filter(Boolean).join(" ");
  const host = node ?? (kind === "Node" ? name : undefined);
  const place = object ?? (host === undefined ? (vm ?? urlHost ?? "") : `Node ${host}`);
  return [cluster, place].filter((part) => part !== undefined && part !== "").join(" ");
};

const storage = (data: Fact["data"], fs: string): string | undefined => {
  const [available, capacity] = [data[`${fs}.availableBytes`], data[`${fs}.capacityBytes`]];
  if (typeof available !== "number" || typeof capacity !== "number" || capacity <= 0) return undefined;
  return `${fs} ${Math.round((available / capacity) * 1000) / 10} % free`;
};

const conditions = (data: Fact["data"]): string[] =>
  Object.entries(data).flatMap(([key, value]) => {
    if (!key.endsWith(".status")) return [];
    const isUsual = key.endsWith("Pressure.status") && value === "False";
    return isUsual ? [] : [`${key.slice(0, -7)}=${String(value)}`];
  });

const nodeText = (data: Fact["data"]): string =>
  [storage(data, "fs"), storage(data, "runtime.imageFs"), ...conditions(data)].filter((part) => part !== undefined).join(", ");

const exitText = (data: Fact["data"]): string | undefined => {
  const code = data["terminated.exitCode"] ?? data["lastState.terminated.exitCode"];
  return code === undefined ? undefined : `exit code ${String(code)}`;
};

/** Bodies and headers stand in the transcript; a line tells the call and what came of it. */
const exchangeText = (data: Fact["data"]): string => {
  const url = typeof data["url"] === "string" && URL.canParse(data["url"]) ? new URL(data["url"]).pathname : "";
  return `${String(data["method"] ?? "")} ${url} → ${String(data["status"] ?? data["error"] ?? "no answer")}`.trim();
};

const stepText = (data: Fact["data"]): string =>
  `${String(data["phase"] ?? "")} of ${String(data["subject"] ?? "")} ${String(data["outcome"] ?? "")}: ${String(data["because"] ?? "no reason given")}`;

const CONTROL_PLANE = "node-role.kubernetes.io/";
/** Taints by which a cluster keeps pods off nodes that are not well. */
const UNWELL = "node.kubernetes.io/";

/** What a scheduler says of its nodes, those that are not well first; without control planes, which never take a pod, and preemption. */
const schedulingText = (message: string): string => {
  const [, nodes, list] = /^(\d+\/\d+ nodes are available): (.*?)\.(?:\s|$)/.exec(message) ?? [];
  if (nodes === undefined || list === undefined) return message;
  const clauses = list.split(", ");
  const decisive = clauses.filter((clause) => !clause.includes(CONTROL_PLANE));
  const told = (decisive.length > 0 ? decisive : clauses).toSorted((a, b) => Number(b.includes(UNWELL)) - Number(a.includes(UNWELL)));
  return `${nodes}: ${told.join(", ")}`;
};

const otherText = ({ data }: Fact): string => {
  const reason = data["reason"] ?? data["waiting.reason"] ?? data["PodScheduled.reason"] ?? exitText(data);
  const message = MESSAGE_FIELDS.map((field) => data[field]).find((value) => typeof value === "string" && value !== "");
  const told = [reason, typeof message === "string" ? schedulingText(message) : undefined]
    .filter((part) => part !== undefined && part !== null)
    .map(String);
  if (told.length > 0) return told.join(": ");
  return Object.entries(data)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(" ");
};

const logText = (data: Fact["data"]): string => `${String(data["container"] ?? "")}: ${String(data["line"] ?? data["mark"] ?? "")}`;

const textOf = (fact: Fact): string => {
  if (fact.kind === "kubernetes.pod-change" || fact.kind === "kubernetes.node-change") return String(fact.data["change"] ?? "changed");
  if (fact.kind === "kubernetes.log") return logText(fact.data);
  if (fact.kind === "kubernetes.node") return nodeText(fact.data);
  if (fact.kind === "http.exchange") return exchangeText(fact.data);
  return fact.kind === "restore.step" ? stepText(fact.data) : otherText(fact);
};

/** Cuts between words, where there is one in reach. */
const cut = (line: string, limit: number): string => {
  if (line.length <= limit) return line;
  const at = line.lastIndexOf(" ", limit - 2);
  return `${line.slice(0, at > limit / 2 ? at : limit - 2)} …`;
};

/** When a fact was seen, for people: `04:46:41Z`, UTC as everywhere in stored files. */
export const factTime = ({ at }: Fact): string => `${at.slice(11, 19)}Z`;

/** One fact in one line, without its time: where, and what its source said, in at most 160 characters. */
export const factLine = (fact: Fact): string => `${placeOf(fact.scope)}: ${cut(textOf(fact).replaceAll(/\s+/g, " ").trim(), TEXT_LIMIT)}`;
