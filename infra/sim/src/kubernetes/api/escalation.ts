import { forbidden } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import { sameJson } from "../plain-json.ts";
import { at, text } from "../printing/fields.ts";
import { compactRules, ruleText, uncovered, type PolicyRule } from "../rbac/policy-rule.ts";
import type { Call } from "./call.ts";
import type { Target } from "./target.ts";

const GROUP = "rbac.authorization.k8s.io";
const ROLES = new Set(["Role", "ClusterRole"]);
const BINDINGS = new Set(["RoleBinding", "ClusterRoleBinding"]);

const rulesOf = (object: KubeObject): readonly PolicyRule[] => (object["rules"] ?? []) as readonly PolicyRule[];

interface Grant {
  readonly verb: "escalate" | "bind";
  readonly resource: string;
  readonly name: string;
  readonly rules: readonly PolicyRule[];
}

const grantOf = (call: Call, target: Target, object: KubeObject): Grant => {
  if (ROLES.has(object.kind)) {
    return { verb: "escalate", resource: target.resource.plural, name: object.metadata.name, rules: rulesOf(object) };
  }
  const role = { kind: text(at(object, "roleRef.kind"), ""), name: text(at(object, "roleRef.name"), "") };
  const rules = call.process.authorizer.rulesIn(role, target.namespace ?? "") ?? [];
  return { verb: "bind", resource: role.kind === "ClusterRole" ? "clusterroles" : "roles", name: role.name, rules };
};

const grantsSame = (before: KubeObject | undefined, object: KubeObject): boolean =>
  before !== undefined && ["rules", "aggregationRule", "roleRef", "subjects"].every((field) => sameJson(before[field], object[field]));

/** Nobody hands out rights that they do not hold. Errors: 403, naming the rules that are missing. */
export const refuseEscalation = (call: Call, target: Target, change: { object: KubeObject; before?: KubeObject | undefined }): void => {
  const { object, before } = change;
  const { authorizer } = call.process;
  const { user } = call;
  if (target.resource.group !== GROUP || authorizer.isMaster(user) || grantsSame(before, object)) return;
  if (!ROLES.has(object.kind) && !BINDINGS.has(object.kind)) return;
  const { verb, resource, name, rules } = grantOf(call, target, object);
  const namespace = target.namespace ?? "";
  if (authorizer.decide(user, { verb, group: GROUP, resource, subresource: "", namespace, name }).allowed) return;
  const held = authorizer.rulesOf(user, namespace).map(({ rule }) => rule);
  const everything = { verbs: ["*"], apiGroups: ["*"], resources: ["*"] };
  if (object["aggregationRule"] !== undefined && uncovered(held, [everything]).length > 0) {
    throw forbidden(target.resource, object.metadata.name, { message: "must have cluster-admin privileges to use an aggregationRule" });
  }
  const missing = compactRules(uncovered(held, rules)).map(ruleText);
  if (missing.length === 0) return;
  const groups = user.groups.map((group) => JSON.stringify(group)).join(" ");
  const message = `user "${user.name}" (groups=[${groups}]) is attempting to grant RBAC permissions not currently held:\n${missing.toSorted().join("\n")}`;
  throw forbidden(target.resource, object.metadata.name, { message });
};
