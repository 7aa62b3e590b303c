import type { KubeObject } from "../kube-object.ts";
import type { EtcdStore } from "../etcd-store.ts";
import { allows, type PolicyRule } from "./policy-rule.ts";
import { isPath, type Attributes, type User } from "./request-attributes.ts";

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

interface RoleRef {
  readonly kind: string;
  readonly name: string;
}

type Binding = KubeObject & { readonly roleRef?: RoleRef; readonly subjects?: readonly Subject[] };

/** A rule that a user holds, and through what. */
export interface HeldRule {
  readonly rule: PolicyRule;
  readonly through: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
}

const MASTERS = "system:masters";
const GROUP = "rbac.authorization.k8s.io";

export const serviceAccountName = (namespace: string, name: string): string => `system:serviceaccount:${namespace}:${name}`;

const isOf = (user: User, { kind, name, namespace }: Subject, home: string): boolean => {
  if (kind === "Group") return user.groups.includes(name);
  if (kind === "ServiceAccount") return user.name === serviceAccountName(namespace ?? home, name);
  return kind === "User" && user.name === name;
};

const subjectText = ({ kind, name, namespace }: Subject, home: string): string =>
  `${kind} "${kind === "ServiceAccount" ? `${name}/${namespace ?? home}` : name}"`;

const bindingText = ({ kind, metadata, roleRef }: Binding, subject: Subject): string => {
  const { name, namespace } = metadata;
  const own = namespace === undefined ? name : `${name}/${namespace}`;
  return `${kind} "${own}" of ${roleRef?.kind ?? ""} "${roleRef?.name ?? ""}" to ${subjectText(subject, namespace ?? "")}`;
};

/** Decides by the roles that one store holds, in the state of the moment. */
export class Authorizer {
  readonly #store: EtcdStore;

  constructor(store: EtcdStore) {
    this.#store = store;
  }

  decide(user: User, attributes: Attributes): Decision {
    const missing: string[] = [];
    const namespace = isPath(attributes) ? "" : attributes.namespace;
    for (const { rule, through } of this.#rulesOf(user, namespace, missing)) {
      if (allows(rule, attributes)) return { allowed: true, reason: `RBAC: allowed by ${through}` };
    }
    // The server's own administrators need no role.
    if (user.groups.includes(MASTERS)) return { allowed: true, reason: "" };
    return {
      allowed: false,
      reason: missing.length === 0 ? "" : `RBAC: ${missing.length === 1 ? missing.join("") : `[${missing.join(", ")}]`}`,
    };
  }

  /** Whether no rule need be looked at. */
  isMaster(user: User): boolean {
    return user.groups.includes(MASTERS);
  }

  rulesOf(user: User, namespace: string): readonly HeldRule[] {
    return [...this.#rulesOf(user, namespace, [])];
  }

  /** The rules of a role; undefined when there is none of that name. */
  rulesIn({ kind, name }: RoleRef, namespace: string): readonly PolicyRule[] | undefined {
    const role = this.#store.get(this.#store.resource(kind === "ClusterRole" ? "ClusterRole" : "Role", GROUP), namespace, name);
    return role === undefined ? undefined : ((role["rules"] ?? []) as readonly PolicyRule[]);
  }

  *#rulesOf(user: User, namespace: string, missing: string[]): Generator<HeldRule> {
    for (const binding of this.#bindings(namespace)) {
      const home = binding.metadata.namespace ?? "";
      const subject = binding.subjects?.find((candidate) => isOf(user, candidate, home));
      if (subject === undefined || binding.roleRef === undefined) continue;
      const rules = this.rulesIn(binding.roleRef, home);
      if (rules === undefined) missing.push(`${binding.roleRef.kind.toLowerCase()}.${GROUP} "${binding.roleRef.name}" not found`);
      for (const rule of rules ?? []) yield { rule, through: bindingText(binding, subject) };
    }
  }

  #bindings(namespace: string): readonly Binding[] {
    const of = (kind: string, home?: string): readonly Binding[] => this.#store.list(this.#store.resource(kind, GROUP), home);
    return [...of("ClusterRoleBinding"), ...(namespace === "" ? [] : of("RoleBinding", namespace))];
  }
}
