import type { Readable } from "node:stream";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { inGulps, type GulpOptions } from "./in-gulps.ts";
import type { KubeObject } from "./kube-client.ts";
import { LineSplitter } from "./line-splitter.ts";
import { kubeRefused, statusOf } from "./refusal.ts";

export type ChangeType = "ADDED" | "MODIFIED" | "DELETED";

/** One event of a watch; a bookmark only carries how far the watch has come. */
export type WatchEvent =
  | { readonly type: ChangeType; readonly object: KubeObject }
  | { readonly type: "BOOKMARK"; readonly revision: string };

const CHANGES: ReadonlySet<unknown> = new Set(["ADDED", "MODIFIED", "DELETED"]);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isObject = (value: unknown): value is KubeObject =>
  isRecord(value) && typeof value["kind"] === "string" && isRecord(value["metadata"]) && typeof value["metadata"]["name"] === "string";

const notAnEvent = (cluster: string, because: string): KuberaError =>
  new KuberaError("RESPONSE_INVALID", {
    what: `a watch of cluster ${cluster} told something that is no event`,
    where: `the watch stream of cluster ${cluster}`,
    because,
    fix: "Look whether a proxy between here and the API server changes answers.",
  });

const parseLine = (line: string, cluster: string): Record<string, unknown> => {
  try {
    const parsed: unknown = JSON.parse(line);
    if (isRecord(parsed)) return parsed;
  } catch {
    // Told below, like every other line that is no event.
  }
  throw notAnEvent(cluster, `a line of ${line.length} characters is not a JSON object`);
};

/** One line of a watch. Errors: `KUBE_REFUSED` for an event of type ERROR, `RESPONSE_INVALID` for what is no event. */
export const parseWatchEvent = (line: string, cluster: string): WatchEvent => {
  const { type, object } = parseLine(line, cluster);
  if (type === "ERROR") {
    const status = isRecord(object) && typeof object["code"] === "number" ? object["code"] : 500;
    throw kubeRefused({ cluster, method: "GET", path: "(watch)" }, statusOf(status, object));
  }
  if (type === "BOOKMARK" && isRecord(object) && isRecord(object["metadata"]) && typeof object["metadata"]["resourceVersion"] === "string")
    return { type, revision: object["metadata"]["resourceVersion"] };
  if (CHANGES.has(type) && isObject(object)) return { type: type as ChangeType, object };
  throw notAnEvent(cluster, `its type is ${JSON.stringify(type)}`);
};

const broken = (cluster: string, cause: unknown): KuberaError =>
  new KuberaError("CONNECTION_LOST", {
    what: `the connection of a watch of cluster ${cluster} broke`,
    where: `the watch stream of cluster ${cluster}`,
    because: `the other side closed it in the middle (${cause instanceof Error ? cause.message : String(cause)})`,
    fix: "Look whether the API server, or a proxy before it, restarted at this time.",
    cause,
  });

export interface WatchEventsOptions extends GulpOptions {
  readonly cluster: string;
}

/** The events of an open watch until the server ends it. Errors: as `parseWatchEvent`, and `CONNECTION_LOST`. */
export const watchEvents = async function* (stream: Readable, { cluster, ...gulps }: WatchEventsOptions): AsyncGenerator<WatchEvent> {
  const lines = new LineSplitter();
  try {
    for await (const chunk of inGulps(stream, gulps)) for (const line of lines.push(chunk)) yield parseWatchEvent(line, cluster);
  } catch (error) {
    throw isKuberaError(error) ? error : broken(cluster, error);
  }
};
