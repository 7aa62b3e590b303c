import { ApiStatusError } from "../api-status.ts";
import { applyObject } from "./applying.ts";
import { mediaTypeOf } from "./body.ts";
import { isTrue, type Call, type Outcome } from "./call.ts";
import { deleteObject, deleteObjects } from "./deleting.ts";
import { description } from "./descriptions.ts";
import { discovery } from "./discovery.ts";
import { nodeProxy } from "./node-proxy.ts";
import { bindPod, podLog } from "./pod-doors.ts";
import { podExec } from "./pod-exec.ts";
import { evictPod } from "./evicting.ts";
import { getObject, listObjects } from "./reading.ts";
import { REVIEWS } from "./reviews.ts";
import { scaling } from "./scaling.ts";
import { targetOf, type Target } from "./target.ts";
import { requestToken } from "./token-requests.ts";
import { watchObjects } from "./watching.ts";
import { APPLY_PATCH, createObject, patchObject, replaceObject } from "./writing.ts";

type Handler = (call: Call, target: Target) => Outcome | Promise<Outcome>;
type Doors = Readonly<Record<string, Handler>>;

const isWatch = (call: Call): boolean => isTrue(call.url.searchParams.get("watch"));

const isApply = (call: Call): boolean => mediaTypeOf(call.request.headers["content-type"]) === APPLY_PATCH;

const patch: Handler = (call, target) => (isApply(call) ? applyObject(call, target) : patchObject(call, target));

const COLLECTION: Doors = {
  GET: (call, target) => (isWatch(call) ? watchObjects(call, target) : listObjects(call, target)),
  POST: createObject,
  DELETE: deleteObjects,
};

const OBJECT: Doors = {
  GET: (call, target) => (isWatch(call) ? watchObjects(call, target) : getObject(call, target)),
  PUT: replaceObject,
  PATCH: patch,
  DELETE: deleteObject,
};

const SUBRESOURCES: Readonly<Record<string, Doors>> = {
  status: { GET: getObject, PUT: replaceObject, PATCH: patch },
  finalize: { PUT: replaceObject },
  scale: scaling,
  log: { GET: podLog },
  exec: { GET: podExec, POST: podExec },
  binding: { POST: bindPod },
  eviction: { POST: evictPod },
  proxy: { GET: nodeProxy },
  token: { POST: requestToken },
};

const review: Handler = (call, target) => {
  const handler = REVIEWS[target.resource.kind];
  if (handler === undefined) throw notAllowed();
  return handler(call, target);
};

const doorsOf = (target: Target): Doors => {
  if (target.resource.reviewed === true) return target.name === undefined ? { POST: review } : {};
  if (target.subresource !== undefined) return SUBRESOURCES[target.subresource] ?? {};
  return target.name === undefined ? COLLECTION : OBJECT;
};

const notAllowed = (): ApiStatusError =>
  new ApiStatusError({
    code: 405,
    reason: "MethodNotAllowed",
    message: "the server does not allow this method on the requested resource",
    details: {},
  });

/** Answers one authenticated call. Errors: `ApiStatusError` for everything it refuses. */
export const answer = async (call: Call): Promise<Outcome> => {
  const known = call.method === "GET" ? (description(call) ?? discovery(call)) : undefined;
  if (known !== undefined) return known;
  const target = targetOf(call.segments, call.process.store.registry);
  const handler = doorsOf(target)[call.method];
  const isOutside = call.method === "POST" && target.resource.namespaced && target.namespace === undefined;
  if (handler === undefined || isOutside) throw notAllowed();
  return handler(call, target);
};
