import { parse } from "yaml";
import { ApiStatusError, badRequest } from "../api-status.ts";
import type { Json } from "../kube-object.ts";
import { decodeKubeProtobuf, UnknownProtobuf } from "../schema/kube-protobuf.ts";
import type { Call } from "./call.ts";

const JSON_TYPES = new Set(["application/json", "*/*", ""]);
const YAML_TYPES = new Set(["application/yaml", "application/x-yaml", "text/yaml"]);

export const mediaTypeOf = (header: string | undefined): string => (header ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

export const unsupportedMediaType = (accepted: readonly string[]): ApiStatusError =>
  new ApiStatusError({
    code: 415,
    reason: "UnsupportedMediaType",
    message: `the body of the request was in an unknown format - accepted media types include: ${accepted.join(", ")}`,
  });

const problemOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${problemOf(error)}`);
  }
};

const fromYaml = (text: string): unknown => {
  try {
    return parse(text);
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: yaml: ${problemOf(error).split("\n")[0] ?? ""}`);
  }
};

const PROTOBUF = "application/vnd.kubernetes.protobuf";
const TAKEN = ["application/json", "application/yaml", PROTOBUF];

const fromProtobuf = (body: Buffer): Json => {
  try {
    return decodeKubeProtobuf(body);
  } catch (error) {
    if (!(error instanceof UnknownProtobuf)) throw badRequest(problemOf(error));
    const { status } = unsupportedMediaType(TAKEN.slice(0, -1));
    throw new ApiStatusError({ ...status, message: `${status.message} (protobuf: ${error.message})` });
  }
};

const isFields = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);

/** The body as one JSON object; undefined when there is none. Errors: 400 when it does not parse, 415 for other media types. */
export const objectBody = (call: Call): Json | undefined => {
  if (call.body.length === 0) return undefined;
  const type = mediaTypeOf(call.request.headers["content-type"]);
  // The decoder leaves statuses out; taking such a body here would blank the stored one.
  if (type === PROTOBUF && call.segments.at(-1) === "status") throw unsupportedMediaType(TAKEN.slice(0, -1));
  if (type === PROTOBUF) return fromProtobuf(call.body);
  const text = call.body.toString("utf8");
  if (!JSON_TYPES.has(type) && !YAML_TYPES.has(type)) {
    throw unsupportedMediaType(TAKEN);
  }
  const value = YAML_TYPES.has(type) ? fromYaml(text) : fromJson(text);
  if (!isFields(value)) throw badRequest("couldn't get version/kind; json parse error: the body is not an object");
  return value;
};

/** As `objectBody`, for requests that must have one. */
export const requiredBody = (call: Call): Json => {
  const body = objectBody(call);
  if (body === undefined) throw badRequest("EOF");
  return body;
};

/** The body of a patch, whatever its shape. */
export const patchBody = (call: Call): unknown => fromJson(call.body.toString("utf8"));
