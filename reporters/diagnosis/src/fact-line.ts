import type { Fact, Scope } from "@kubera-e2e/schema/evidence";

const LINE_LIMIT = 160;
const MESSAGE_FIELDS = ["message", "waiting.message", "PodScheduled.message", "detail"];

const placeOf = ({ cluster, namespace, kind, name, node, vm, urlHost }: Scope): string => {
  const object = name === undefined ? undefined : [kind, [namespace, name].filter(Boolean).join("/")].filter(Boolean).join(" ");
  const place = object ?? (node === undefined ? (vm ?? urlHost ?? "") : `Node ${node}`);
  return [cluster, place].filter((part) => part !== undefined && part !== "").join(" ");
};

const storage = (data: Fact["data"], fs: string): string | undefined => {
  const [available, capacity] = [data[`${fs}.availableBytes`], data[`${fs}.capacityBytes`]];
  if (typeof available !== "number" || typeof capacity !== "number" || capacity <= 0) return undefined;
  return `${fs} ${Math.round((available / capacity) * 1000) / 10} % free`;
};

const conditions = (data: Fact["data"]): string[] =>
  Object.entries(data).flatMap(([key, value]) =>
    key.endsWith(".status") && key !== "status" ? [`${key.slice(0, -7)}=${String(value)}`] : [],
  );

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

const otherText = ({ data }: Fact): string => {
  const reason = data["reason"] ?? data["waiting.reason"] ?? data["PodScheduled.reason"] ?? exitText(data);
  const message = MESSAGE_FIELDS.map((field) => data[field]).find((value) => typeof value === "string" && value !== "");
  const told = [reason, message].filter((part) => part !== undefined && part !== null).map(String);
  if (told.length > 0) return told.join(": ");
  return Object.entries(data)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(" ");
};

const textOf = (fact: Fact): string => {
  if (fact.kind === "kubernetes.node") return nodeText(fact.data);
  if (fact.kind === "http.exchange") return exchangeText(fact.data);
  return fact.kind === "restore.step" ? stepText(fact.data) : otherText(fact);
};

/** One fact in one line, without its time: where, and what its source said. */
export const factLine = (fact: Fact): string => {
  const text = textOf(fact);
  const line = `${placeOf(fact.scope)}: ${text}`.replaceAll(/\s+/g, " ");
  return line.length <= LINE_LIMIT ? line : `${line.slice(0, LINE_LIMIT - 1)}…`;
};
