/** A refusal as Director words it: `{type: "error", status, code, message, detail}`. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.detail = "";
  }

  get body(): Readonly<Record<string, unknown>> {
    return { type: "error", links: {}, actions: {}, status: this.status, code: this.code, message: this.message, detail: this.detail };
  }
}

export const unauthorized = (message = "authentication is required"): ApiError => new ApiError(401, "Unauthorized", message);
export const forbidden = (message: string): ApiError => new ApiError(403, "Forbidden", message);
export const notFound = (what = "there is no such resource"): ApiError => new ApiError(404, "NotFound", what);
/** The product's answer to an operation that the state of things does not allow. */
export const notAllowed = (message: string): ApiError => new ApiError(405, "ActionNotAvailable", message);
export const conflict = (message: string): ApiError => new ApiError(409, "NotUnique", message);
export const missing = (field: string): ApiError => new ApiError(422, "MissingRequired", `${field} is required`);
export const invalid = (message: string, code = "InvalidFormat"): ApiError => new ApiError(422, code, message);
export const unavailable = (message: string): ApiError => new ApiError(503, "ServiceUnavailable", message);
