import { badRequest, invalid } from "../api-status.ts";
import type { Json } from "../kube-object.ts";
import { at, text } from "../printing/fields.ts";
import type { Attributes, User } from "../rbac/request-attributes.ts";
import { required } from "../schema/field-faults.ts";
import { requiredBody } from "./body.ts";
import { json, type Answer, type Call } from "./call.ts";
import type { Target } from "./target.ts";
import { groupVersionOf } from "./wire-json.ts";

const textAt = (value: unknown, path: string): string => text(at(value, path), "");

const attributesAsked = (target: Target, spec: unknown): Attributes => {
  const resource = at(spec, "resourceAttributes");
  const path = at(spec, "nonResourceAttributes");
  if ((resource === undefined) === (path === undefined)) {
    throw invalid({ ...target.resource, name: "" }, [
      {
        field: "spec.resourceAttributes",
        reason: "FieldValueInvalid",
        message: "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified",
      },
    ]);
  }
  if (path !== undefined) return { verb: textAt(path, "verb"), path: textAt(path, "path") };
  const namespace = textAt(resource, "namespace");
  if (target.namespace !== undefined && namespace !== target.namespace) {
    throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${target.namespace}`);
  }
  return {
    verb: textAt(resource, "verb"),
    group: textAt(resource, "group"),
    resource: textAt(resource, "resource"),
    subresource: textAt(resource, "subresource"),
    namespace,
    name: textAt(resource, "name"),
  };
};

const userAsked = (target: Target, spec: unknown): User => {
  const name = textAt(spec, "user");
  const groups = at(spec, "groups");
  const given = Array.isArray(groups) ? groups.filter((group): group is string => typeof group === "string") : [];
  if (name === "" && given.length === 0) {
    throw invalid({ ...target.resource, name: "" }, [required("spec.user", "at least one of user or group must be specified")]);
  }
  return { name, groups: given };
};

const answered = (target: Target, spec: unknown, status: object): Answer =>
  json(
    {
      kind: target.resource.kind,
      apiVersion: groupVersionOf(target.resource, target.version),
      metadata: { creationTimestamp: null },
      ...(spec === undefined ? {} : { spec }),
      status,
    },
    201,
  );

const accessOf = (call: Call, target: Target, user: (spec: unknown) => User): Answer => {
  const spec = at(requiredBody(call), "spec");
  const { allowed, reason } = call.process.authorizer.decide(user(spec), attributesAsked(target, spec));
  return answered(target, spec, { allowed, ...(reason === "" ? {} : { reason }) });
};

const rulesReview = (call: Call, target: Target): Answer => {
  const spec = at(requiredBody(call), "spec");
  const namespace = textAt(spec, "namespace");
  if (namespace === "") throw badRequest("no namespace on request");
  const rules = call.process.authorizer.rulesOf(call.user, namespace).map(({ rule }) => rule);
  const of = (fields: readonly string[], marker: "resources" | "nonResourceURLs"): Json[] =>
    rules
      .filter((rule) => (rule[marker] ?? []).length > 0)
      .map((rule) => Object.fromEntries(Object.entries(rule).filter(([field]) => fields.includes(field))));
  return answered(target, undefined, {
    resourceRules: of(["verbs", "apiGroups", "resources", "resourceNames"], "resources"),
    nonResourceRules: of(["verbs", "nonResourceURLs"], "nonResourceURLs"),
    incomplete: false,
  });
};

/** What clients ask about rights, by kind: whether they or others may, what all they may, and who they are. */
export const REVIEWS: Readonly<Record<string, (call: Call, target: Target) => Answer>> = {
  SelfSubjectAccessReview: (call, target) => accessOf(call, target, () => call.user),
  SubjectAccessReview: (call, target) => accessOf(call, target, (spec) => userAsked(target, spec)),
  LocalSubjectAccessReview: (call, target) => accessOf(call, target, (spec) => userAsked(target, spec)),
  SelfSubjectRulesReview: rulesReview,
  SelfSubjectReview: (call, target) => answered(target, undefined, { userInfo: { username: call.user.name, groups: call.user.groups } }),
};
