import type { Rule } from "./rules-of-sources.ts";

/** Fields by the type of the resource that carries them. */
export type Fields = Readonly<Record<string, readonly string[]>>;

const ENVELOPE = "infra/sim/src/director/http/envelope.ts";
const TEXT = "  return { ...fields, type, baseType: type, links: Object.fromEntries(named), actions: Object.fromEntries(doable) };";

const without = (type: string, field: string): string =>
  TEXT.replace("return", "const whole =") +
  `\n  return type === "${type}" ? { ...whole, ${field}: undefined as unknown as string } : whole;`;

/** Each field that the contract promises of a resource is missing. */
export const fieldRules = (fields: Fields): readonly Rule[] =>
  Object.entries(fields).flatMap(([type, names]) =>
    names.map((field) => ({
      id: `field:${type.toLowerCase()}:${field.toLowerCase()}`,
      kind: "field" as const,
      rule: `${type} has ${field}`,
      edit: { file: ENVELOPE, in: "present", text: TEXT, with: without(type, field) },
    })),
  );
