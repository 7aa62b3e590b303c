import { badRequest } from "../api-status.ts";
import type { Json, KubeObject } from "../kube-object.ts";
import { at, count, labelsText } from "../printing/fields.ts";
import { requiredBody } from "./body.ts";
import { json, type Answer, type Call } from "./call.ts";
import { existing } from "./reading.ts";
import type { Target } from "./target.ts";
import { patched, writtenStore } from "./writing.ts";
import { writerOf } from "./writer.ts";

const scaleOf = (object: KubeObject): Json => {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: count(at(object, "spec.replicas")) },
    status: { replicas: count(at(object, "status.replicas")), selector: labelsText(at(object, "spec.selector.matchLabels")) },
  };
};

const write = (call: Call, target: Target, scale: unknown): Answer => {
  const before = existing(call, target);
  const replicas = at(scale, "spec.replicas") ?? 0;
  if (typeof replicas !== "number" || !Number.isInteger(replicas) || replicas < 0) {
    throw badRequest(`Scale in version "v1" cannot be handled as a Scale: spec.replicas: Invalid value: ${JSON.stringify(replicas)}`);
  }
  const resourceVersion = at(scale, "metadata.resourceVersion");
  const seen = typeof resourceVersion === "string" ? resourceVersion : before.metadata.resourceVersion;
  const after = { ...before, metadata: { ...before.metadata, resourceVersion: seen }, spec: { ...before.spec, replicas } };
  return json(scaleOf(writtenStore(call).update(target.resource, after, writerOf(call, target))));
};

/** The scale subresource of workloads, as `autoscaling/v1`. */
export const scaling: Readonly<Record<string, (call: Call, target: Target) => Answer>> = {
  GET: (call, target) => json(scaleOf(existing(call, target))),
  PUT: (call, target) => write(call, target, requiredBody(call)),
  PATCH: (call, target) => write(call, target, patched(call, scaleOf(existing(call, target)), false)),
};
