import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { S3Error } from "./s3-error.ts";

export interface StoreCredentials {
  readonly accessId: string;
  readonly secretKey: string;
}

/** A request as it came over the wire; `target` is its path and query, undecoded. */
export interface SignedRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

const ALGORITHM = "AWS4-HMAC-SHA256";
const MAX_SKEW_MS = 15 * 60_000;
const UNSIGNED = "UNSIGNED-PAYLOAD";

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();

interface Authorization {
  readonly accessId: string;
  /** `20261129/us-east-1/s3/aws4_request`. */
  readonly scope: readonly string[];
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const parse = (header: string): Authorization => {
  const [, credential = "", headers = "", signature = ""] =
    /^AWS4-HMAC-SHA256 Credential=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$/.exec(header) ?? [];
  const [accessId = "", ...scope] = credential.split("/");
  const isWhole = scope.length === 4 && scope[2] === "s3" && scope[3] === "aws4_request";
  if (!isWhole) throw new S3Error("AuthorizationHeaderMalformed", `this is no ${ALGORITHM} authorization of service s3`);
  return { accessId, scope, signedHeaders: headers.split(";"), signature };
};

/** Milliseconds since 1970 of `20261129T074500Z`; NaN for anything else. */
const timeOf = (stamp: string): number => Date.parse(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));

const encoded = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

const byCode = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const canonicalQuery = (query: string): string =>
  [...new URLSearchParams(query)]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .toSorted(byCode)
    .join("&");

const headerOf = ({ headers }: SignedRequest, name: string): string => {
  const value = headers[name];
  return (typeof value === "string" ? value : (value ?? []).join(",")).trim().replaceAll(/ +/g, " ");
};

const canonicalRequest = (request: SignedRequest, { signedHeaders }: Authorization, payload: string): string => {
  const [path = "/", query = ""] = request.target.split("?");
  const headers = signedHeaders.map((name) => `${name}:${headerOf(request, name)}\n`).join("");
  return [request.method, path, canonicalQuery(query), headers, signedHeaders.join(";"), payload].join("\n");
};

const signatureOf = (request: SignedRequest, authorization: Authorization, secretKey: string): string => {
  const [date = "", region = "", service = "", terminator = ""] = authorization.scope;
  const canonical = canonicalRequest(request, authorization, headerOf(request, "x-amz-content-sha256"));
  const text = [ALGORITHM, headerOf(request, "x-amz-date"), authorization.scope.join("/"), sha256(canonical)].join("\n");
  const key = [date, region, service, terminator].reduce<Buffer>((before, part) => hmac(before, part), Buffer.from(`AWS4${secretKey}`));
  return hmac(key, text).toString("hex");
};

const checkTime = (request: SignedRequest, [date]: readonly string[], now: number): void => {
  const stamp = headerOf(request, "x-amz-date");
  const isSound = stamp.startsWith(`${date}T`) && Math.abs(timeOf(stamp) - now) <= MAX_SKEW_MS;
  if (!isSound) throw new S3Error("RequestTimeTooSkewed", "the request is not of this time");
};

const checkPayload = (request: SignedRequest): void => {
  const told = headerOf(request, "x-amz-content-sha256");
  if (told === UNSIGNED || told === sha256(request.body)) return;
  throw new S3Error("XAmzContentSHA256Mismatch", "x-amz-content-sha256 is not that of the body");
};

const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Lets pass what is signed with the store's key by AWS Signature Version 4 in the Authorization header; throws `S3Error` for all else. */
export const checkSignature = (request: SignedRequest, { accessId, secretKey }: StoreCredentials, now: number): void => {
  const header = headerOf(request, "authorization");
  if (header === "") throw new S3Error("AccessDenied", "the request is not signed");
  const authorization = parse(header);
  if (authorization.accessId !== accessId) throw new S3Error("InvalidAccessKeyId", "the access id is not known");
  for (const name of ["host", "x-amz-content-sha256", "x-amz-date"])
    if (!authorization.signedHeaders.includes(name)) throw new S3Error("AccessDenied", `header ${name} is not signed`);
  checkTime(request, authorization.scope, now);
  checkPayload(request);
  if (!isSame(authorization.signature, signatureOf(request, authorization, secretKey)))
    throw new S3Error("SignatureDoesNotMatch", "the signature is not that of this request with the secret key of its access id");
};
