import { notFound } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Answer, Call } from "./call.ts";
import { pageOf } from "./paging.ts";
import { listAnswer, oneAnswer, viewOf } from "./representation.ts";
import type { Target } from "./target.ts";

export const listObjects = (call: Call, target: Target): Answer => {
  const { objects, metadata } = pageOf(call, target);
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
