import type { InvalidField } from "../api-status.ts";

export const required = (field: string, detail = ""): InvalidField => ({
  field,
  reason: "FieldValueRequired",
  message: `Required value${detail === "" ? "" : `: ${detail}`}`,
});

export const invalidValue = (field: string, value: unknown, because: string): InvalidField => ({
  field,
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: ${because}`,
});

export const duplicate = (field: string, value: unknown): InvalidField => ({
  field,
  reason: "FieldValueDuplicate",
  message: `Duplicate value: ${JSON.stringify(value)}`,
});

export const forbiddenValue = (field: string, because: string): InvalidField => ({
  field,
  reason: "FieldValueForbidden",
  message: `Forbidden: ${because}`,
});

export const unsupported = (field: string, value: unknown, supported: readonly unknown[]): InvalidField => ({
  field,
  reason: "FieldValueNotSupported",
  message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(", ")}`,
});
