import { ApiStatusError, badRequest, expired, notFound } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Answer, Call } from "./call.ts";
import { listAnswer, oneAnswer, viewOf } from "./representation.ts";
import { selectionOf } from "./selection.ts";
import type { Target } from "./target.ts";
import type { ListMeta } from "./wire-json.ts";

const tooLarge = (asked: number, current: number): ApiStatusError =>
  new ApiStatusError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
    details: { causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }], retryAfterSeconds: 1 },
  });

/** The revision a request names; undefined when it names none. Errors: 400 when it is no number. */
export const revisionOf = (call: Call): number | undefined => {
  const text = call.url.searchParams.get("resourceVersion") ?? "";
  if (text === "") return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`);
  return Number(text);
};

const checkRevision = (call: Call): void => {
  const asked = revisionOf(call);
  const { revision } = call.process.store;
  if (asked === undefined) return;
  if (asked > revision) throw tooLarge(asked, revision);
  const isExact = call.url.searchParams.get("resourceVersionMatch") === "Exact";
  if (isExact && asked !== revision) throw expired(`The resourceVersion for the provided list is too old.`);
};

const placeOf = (object: KubeObject): string => `${object.metadata.namespace ?? ""}/${object.metadata.name}`;

interface Page {
  readonly objects: readonly KubeObject[];
  readonly metadata: ListMeta;
}

const startOf = (token: string): string => {
  const place = Buffer.from(token, "base64url").toString("utf8");
  if (!place.includes("/")) throw badRequest("continue key is not valid: illegal base64 data");
  return place;
};

/** A page goes on after the last place of the page before, in the state of now. */
const pageOf = (call: Call, selected: readonly KubeObject[]): Page => {
  const resourceVersion = String(call.process.store.revision);
  const query = call.url.searchParams;
  const limit = Number(query.get("limit") ?? 0);
  const token = query.get("continue") ?? "";
  const start = token === "" ? "" : startOf(token);
  const rest = start === "" ? selected : selected.filter((object) => placeOf(object) > start);
  if (!(limit > 0) || rest.length <= limit) return { objects: rest, metadata: { resourceVersion } };
  const objects = rest.slice(0, limit);
  const last = objects.at(-1);
  const next = last === undefined ? "" : Buffer.from(placeOf(last), "utf8").toString("base64url");
  return { objects, metadata: { resourceVersion, continue: next, remainingItemCount: rest.length - limit } };
};

export const listObjects = (call: Call, target: Target): Answer => {
  checkRevision(call);
  const selected = call.process.store.list(target.resource, target.namespace).filter(selectionOf(call, target));
  const { objects, metadata } = pageOf(call, selected);
  return listAnswer(objects, viewOf(call, target), metadata);
};

/** Errors: 404 when there is no such object. */
export const existing = (call: Call, target: Target): KubeObject => {
  const name = target.name ?? "";
  const found = call.process.store.get(target.resource, target.namespace, name);
  if (found === undefined) throw notFound(target.resource, name);
  return found;
};

export const getObject = (call: Call, target: Target): Answer => oneAnswer(existing(call, target), viewOf(call, target));
