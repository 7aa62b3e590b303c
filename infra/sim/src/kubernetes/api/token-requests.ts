import { conflictOf, invalid, notFound } from "../api-status.ts";
import { kubeTime } from "../object-birth.ts";
import { at, text } from "../printing/fields.ts";
import { API_AUDIENCE, type TokenOrder } from "../rbac/service-account-tokens.ts";
import { invalidValue } from "../schema/field-faults.ts";
import { requiredBody } from "./body.ts";
import { json, type Answer, type Call } from "./call.ts";
import { existing } from "./reading.ts";
import type { Target } from "./target.ts";

const DEFAULT_SECONDS = 3600;
const SHORTEST_SECONDS = 600;
const KINDS = ["Pod", "Secret", "Node"] as const;

const secondsOf = (spec: unknown): number => {
  const seconds = at(spec, "expirationSeconds") ?? DEFAULT_SECONDS;
  if (typeof seconds === "number" && seconds >= SHORTEST_SECONDS) return seconds;
  const fault = invalidValue("spec.expirationSeconds", seconds, "may not specify a duration less than 10 minutes");
  throw invalid({ group: "authentication.k8s.io", kind: "TokenRequest", name: "" }, [fault]);
};

const boundOf = (call: Call, target: Target, spec: unknown): TokenOrder["bound"] => {
  const reference = at(spec, "boundObjectRef");
  if (reference === undefined) return undefined;
  const kind = KINDS.find((candidate) => candidate === at(reference, "kind"));
  if (kind === undefined) {
    const message = `cannot bind token for serviceaccount "${target.name ?? ""}" to object type ${text(at(reference, "kind"), "")}`;
    throw invalid({ group: "authentication.k8s.io", kind: "TokenRequest", name: "" }, [
      { field: "spec.boundObjectRef.kind", reason: "FieldValueInvalid", message },
    ]);
  }
  const { store } = call.process;
  const name = text(at(reference, "name"), "");
  const resource = store.resource(kind, "");
  const found = store.get(resource, target.namespace, name);
  if (found === undefined) throw notFound(resource, name);
  const uid = text(at(reference, "uid"), found.metadata.uid);
  if (uid === found.metadata.uid) return { kind, name, uid };
  throw conflictOf(
    resource,
    name,
    `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
  );
};

/** A token of a service account. Errors: 404 for what it is bound to, 409 for another of that name, 422 for too short a time. */
export const requestToken = (call: Call, target: Target): Answer => {
  const account = existing(call, target);
  const spec = at(requiredBody(call), "spec");
  const given = at(spec, "audiences");
  const audiences = Array.isArray(given) ? given.filter((audience): audience is string => typeof audience === "string") : [];
  const seconds = secondsOf(spec);
  const nowMs = call.process.now();
  const bound = boundOf(call, target, spec);
  const token = call.process.accounts.issue({ account, audiences, seconds, nowMs, ...(bound === undefined ? {} : { bound }) });
  const status = { token, expirationTimestamp: kubeTime(nowMs + seconds * 1000) };
  const { name, namespace } = account.metadata;
  return json(
    {
      kind: "TokenRequest",
      apiVersion: "authentication.k8s.io/v1",
      metadata: { name, namespace, creationTimestamp: kubeTime(nowMs) },
      spec: { ...(spec as object | undefined), audiences: audiences.length === 0 ? [API_AUDIENCE] : audiences, expirationSeconds: seconds },
      status,
    },
    201,
  );
};
