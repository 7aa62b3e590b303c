import { ApiStatusError, badRequest, expired, invalid, type InvalidField } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import { objectsAt, placeOf } from "../past-objects.ts";
import { forbiddenValue } from "../schema/field-faults.ts";
import type { Call } from "./call.ts";
import { continuationOf, continueToken, type Continuation } from "./continue-token.ts";
import { selectionOf } from "./selection.ts";
import type { Target } from "./target.ts";
import type { ListMeta } from "./wire-json.ts";

const CONTINUE_EXPIRED =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

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

const MATCHES = ["Exact", "NotOlderThan"];

const matchFaults = (query: URLSearchParams): InvalidField[] => {
  const match = query.get("resourceVersionMatch") ?? "";
  const version = query.get("resourceVersion") ?? "";
  if (match === "") return [];
  const field = "resourceVersionMatch";
  const supported = [...MATCHES, ""].map((value) => `"${value}"`).join(", ");
  const unsupported = { field, reason: "FieldValueNotSupported", message: `Unsupported value: "${match}": supported values: ${supported}` };
  return [
    ...(version === "" ? [forbiddenValue(field, `${field} is forbidden unless resourceVersion is provided`)] : []),
    ...((query.get("continue") ?? "") === "" ? [] : [forbiddenValue(field, `${field} is forbidden when continue is provided`)]),
    ...(MATCHES.includes(match) ? [] : [unsupported as InvalidField]),
    ...(match === "Exact" && version === "0" ? [forbiddenValue(field, `${field} "exact" is forbidden for resourceVersion "0"`)] : []),
  ];
};

const checkOptions = (query: URLSearchParams): void => {
  const initial = query.has("sendInitialEvents") ? [forbiddenValue("sendInitialEvents", "sendInitialEvents is forbidden for list")] : [];
  const faults = [...matchFaults(query), ...initial];
  if (faults.length > 0) throw invalid({ kind: "ListOptions", group: "meta.k8s.io", name: "" }, faults);
};

const limitOf = (query: URLSearchParams): number => {
  const text = query.get("limit") ?? "";
  if (text !== "" && !/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  // What a cache may answer with comes as a whole.
  return query.get("resourceVersion") === "0" ? 0 : Math.max(Number(text), 0);
};

interface Asked {
  readonly revision: number;
  readonly after: string | undefined;
}

const continued = (call: Call, { revision, after }: Continuation): Asked => {
  if ((revisionOf(call) ?? 0) !== 0) throw badRequest("specifying resource version is not allowed when using continue");
  return { revision: revision === -1 ? call.process.store.revision : revision, after };
};

const askedOf = (call: Call, target: Target): Asked => {
  const { revision: current } = call.process.store;
  const token = call.url.searchParams.get("continue") ?? "";
  if (token !== "") return continued(call, continuationOf(token, target.resource.namespaced));
  const asked = revisionOf(call);
  if (asked !== undefined && asked > current) throw tooLarge(asked, current);
  const isExact = call.url.searchParams.get("resourceVersionMatch") === "Exact";
  return { revision: isExact && asked !== undefined ? asked : current, after: undefined };
};

const objectsOf = (call: Call, target: Target, { revision, after }: Asked): readonly KubeObject[] => {
  const { resource, namespace } = target;
  const { store } = call.process;
  const objects = revision > store.revision ? undefined : objectsAt(store, { resource, namespace, revision });
  if (objects === undefined) {
    if (after === undefined) throw expired("The resourceVersion for the provided list is too old.");
    throw expired(CONTINUE_EXPIRED, { continue: continueToken({ revision: -1, after }) });
  }
  return after === undefined ? objects : objects.filter((object) => placeOf(object) > after);
};

export interface Page {
  readonly objects: readonly KubeObject[];
  readonly metadata: ListMeta;
}

const isSelective = (query: URLSearchParams): boolean =>
  [query.get("labelSelector"), query.get("fieldSelector")].some((text) => (text ?? "") !== "");

/**
 * The objects that a list is about, or as many as it wants at once; all pages show the state of one revision. Errors: 400 for
 * what does not parse, 410 for a state that is forgotten, 422 for options that exclude each other, 504 for one to come.
 */
export const pageOf = (call: Call, target: Target): Page => {
  const query = call.url.searchParams;
  checkOptions(query);
  const limit = limitOf(query);
  const asked = askedOf(call, target);
  const selected = objectsOf(call, target, asked).filter(selectionOf(call, target));
  const resourceVersion = String(asked.revision);
  const objects = limit === 0 ? selected : selected.slice(0, limit);
  const last = objects.at(-1);
  if (last === undefined || objects.length === selected.length) return { objects, metadata: { resourceVersion } };
  const next = continueToken({ revision: asked.revision, after: placeOf(last) });
  const left = isSelective(query) ? {} : { remainingItemCount: selected.length - objects.length };
  return { objects, metadata: { resourceVersion, continue: next, ...left } };
};
