import type { ResourceType } from "./store.ts";

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

/** The `Status` object of `meta/v1`, as an API server answers a refusal. */
export interface ApiStatus {
  readonly kind: "Status";
  readonly apiVersion: "v1";
  readonly metadata: { readonly continue?: string };
  readonly status: "Failure";
  readonly message: string;
  readonly reason: string;
  readonly details?: StatusDetails;
  readonly code: number;
}

export interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  readonly details?: StatusDetails;
  readonly metadata?: ApiStatus["metadata"];
}

/** A refusal of the simulated API server; `status` goes over the wire as it is. */
export class ApiStatusError extends Error {
  readonly status: ApiStatus;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.name = "ApiStatusError";
    this.status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", ...refusal };
  }

  get code(): number {
    return this.status.code;
  }

  get reason(): string {
    return this.status.reason;
  }
}

/** `deployments.apps`, or `pods` for the core group. */
export const qualified = (resource: Pick<ResourceType, "group" | "plural">): string =>
  resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;

const detailsOf = (resource: Pick<ResourceType, "group" | "plural">, name: string): StatusDetails => ({
  name,
  ...(resource.group === "" ? {} : { group: resource.group }),
  kind: resource.plural,
});

export const notFound = (resource: ResourceType, name: string): ApiStatusError =>
  new ApiStatusError({
    code: 404,
    reason: "NotFound",
    message: `${qualified(resource)} "${name}" not found`,
    details: detailsOf(resource, name),
  });

export const alreadyExists = (resource: ResourceType, name: string): ApiStatusError =>
  new ApiStatusError({
    code: 409,
    reason: "AlreadyExists",
    message: `${qualified(resource)} "${name}" already exists`,
    details: detailsOf(resource, name),
  });

/** `409 Conflict` with a reason of its own. */
export const conflictOf = (resource: ResourceType, name: string, because: string): ApiStatusError =>
  new ApiStatusError({
    code: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${because}`,
    details: detailsOf(resource, name),
  });

export const staleObject = (resource: ResourceType, name: string): ApiStatusError =>
  conflictOf(resource, name, "the object has been modified; please apply your changes to the latest version and try again");

export const preconditionFailed = (resource: ResourceType, name: string, because: string): ApiStatusError =>
  conflictOf(resource, name, `Precondition failed: ${because}`);

export const forbidden = (
  resource: Pick<ResourceType, "group" | "plural">,
  name: string,
  because: { message: string; causes?: StatusCause[] },
): ApiStatusError =>
  new ApiStatusError({
    code: 403,
    reason: "Forbidden",
    message: `${qualified(resource)} "${name}" is forbidden: ${because.message}`,
    details: { ...detailsOf(resource, name), ...(because.causes === undefined ? {} : { causes: because.causes }) },
  });

export interface InvalidField {
  readonly field: string;
  readonly reason:
    | "FieldValueRequired"
    | "FieldValueInvalid"
    | "FieldValueForbidden"
    | "FieldValueNotSupported"
    | "FieldValueDuplicate"
    | "FieldValueNotFound";
  readonly message: string;
}

/** `422 Invalid` with one cause per field, worded as the field errors of `apimachinery`. */
export const invalid = (subject: { kind: string; group: string; name: string }, fields: readonly InvalidField[]): ApiStatusError => {
  const texts = fields.map(({ field, message }) => `${field}: ${message}`);
  const told = texts.length === 1 ? texts.join("") : `[${texts.join(", ")}]`;
  const kind = subject.group === "" ? subject.kind : `${subject.kind}.${subject.group}`;
  return new ApiStatusError({
    code: 422,
    reason: "Invalid",
    message: `${kind} "${subject.name}" is invalid: ${told}`,
    details: {
      name: subject.name,
      ...(subject.group === "" ? {} : { group: subject.group }),
      kind: subject.kind,
      causes: fields.map(({ field, reason, message }) => ({ reason, message, field })),
    },
  });
};

export const badRequest = (message: string): ApiStatusError => new ApiStatusError({ code: 400, reason: "BadRequest", message });

/** What a path of no known resource gets. */
export const noSuchResource = (): ApiStatusError =>
  new ApiStatusError({
    code: 404,
    reason: "NotFound",
    message: "the server could not find the requested resource",
    details: {},
  });

export const expired = (message: string, metadata: ApiStatus["metadata"] = {}): ApiStatusError =>
  new ApiStatusError({ code: 410, reason: "Expired", message, metadata });

export const unavailable = (): ApiStatusError =>
  new ApiStatusError({ code: 503, reason: "ServiceUnavailable", message: "apiserver is shutting down" });
