import type { InvalidField } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import { invalidValue } from "./field-faults.ts";
import { labelValueFault } from "./label-rules.ts";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = String.raw`${LABEL}(\.${LABEL})*`;
const SERVICE = "[a-z]([-a-z0-9]*[a-z0-9])?";

interface NameRule {
  readonly pattern: string;
  readonly longest: number;
  readonly told: string;
}

const rule = (pattern: string, longest: number, told: string): NameRule => ({
  pattern,
  longest,
  told: `${told}, regex used for validation is '${pattern}')`,
});

const SUBDOMAIN_RULE = rule(
  SUBDOMAIN,
  253,
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com'",
);
const LABEL_RULE = rule(
  LABEL,
  63,
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc'",
);
const SERVICE_RULE = rule(
  SERVICE,
  63,
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123'",
);

/** Names of roles are only path segments. */
const FREE_NAMES = new Set(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"]);

const ruleOf = (kind: string): NameRule => {
  if (kind === "Namespace") return LABEL_RULE;
  return kind === "Service" ? SERVICE_RULE : SUBDOMAIN_RULE;
};

const labelFaults = (object: KubeObject): InvalidField[] =>
  Object.values(object.metadata.labels ?? {}).flatMap((value) =>
    labelValueFault(value).map((fault) => invalidValue("metadata.labels", value, fault)),
  );

const nameFault = (object: KubeObject, name: string): InvalidField[] => {
  if (FREE_NAMES.has(object.kind)) return [];
  const { pattern, longest, told } = ruleOf(object.kind);
  if (name.length > longest) return [invalidValue("metadata.name", name, `must be no more than ${longest} characters`)];
  return new RegExp(`^${pattern}$`).test(name) ? [] : [invalidValue("metadata.name", name, told)];
};

/** What is wrong with name and labels; a missing name is the store's to refuse, since it knows generateName. */
export const nameFaults = (object: KubeObject): InvalidField[] => {
  const name: string | undefined = object.metadata.name;
  return [...(name === undefined || name === "" ? [] : nameFault(object, name)), ...labelFaults(object)];
};
