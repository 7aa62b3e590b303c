/** An error of the OCI distribution specification: `{"errors":[{code, message, detail}]}` with its HTTP status. */
export class RegistryError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: unknown;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: RegistryErrorKind, detail?: unknown, headers: Readonly<Record<string, string>> = {}) {
    super(ERRORS[kind][1]);
    this.status = ERRORS[kind][0];
    this.code = kind;
    this.detail = detail;
    this.headers = headers;
  }
}

const ERRORS = {
  BLOB_UNKNOWN: [404, "blob unknown to registry"],
  BLOB_UPLOAD_INVALID: [400, "blob upload invalid"],
  BLOB_UPLOAD_UNKNOWN: [404, "blob upload unknown to registry"],
  DIGEST_INVALID: [400, "provided digest did not match uploaded content"],
  MANIFEST_BLOB_UNKNOWN: [400, "blob unknown to registry"],
  MANIFEST_INVALID: [400, "manifest invalid"],
  MANIFEST_UNKNOWN: [404, "manifest unknown"],
  NAME_INVALID: [400, "invalid repository name"],
  NAME_UNKNOWN: [404, "repository name not known to registry"],
  RANGE_INVALID: [416, "invalid content range"],
  TAG_INVALID: [400, "manifest tag did not match URI"],
  TOOMANYREQUESTS: [429, "too many requests"],
  UNAUTHORIZED: [401, "authentication required"],
  UNKNOWN: [500, "unknown error"],
  UNSUPPORTED: [405, "The operation is unsupported."],
} as const satisfies Record<string, readonly [number, string]>;

export type RegistryErrorKind = keyof typeof ERRORS;

export const errorBody = (error: RegistryError): string =>
  JSON.stringify({
    errors: [{ code: error.code, message: error.message, ...(error.detail === undefined ? {} : { detail: error.detail }) }],
  });
