import { createHash, createHmac, randomBytes, scryptSync, timingSafeEqual } from "node:crypto";
import { numberAt, parsedJson, textAt } from "./json.ts";

// A sixteenth of Node's default cost: hundreds of simulated sign-ups share one process with four servers.
const SCRYPT = { N: 1024, r: 8, p: 1 } as const;

export const passwordHash = (password: string): string => {
  const salt = randomBytes(12);
  return `${salt.toString("base64url")}.${scryptSync(password, salt, 32, SCRYPT).toString("base64url")}`;
};

const equal = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

export const passwordMatches = (password: string, hash: string): boolean => {
  const [salt = "", expected = ""] = hash.split(".");
  return equal(scryptSync(password, Buffer.from(salt, "base64url"), 32, SCRYPT), Buffer.from(expected, "base64url"));
};

/** For values that are random themselves; a password needs `passwordHash`. */
export const digestOf = (secret: string): string => createHash("sha256").update(secret).digest("base64url");

export const digestMatches = (secret: string, digest: string): boolean => equal(Buffer.from(digestOf(secret)), Buffer.from(digest));

export const randomToken = (bytes = 24): string => randomBytes(bytes).toString("base64url");

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const signatureOf = (text: string, key: string): Buffer => createHmac("sha256", key).update(text).digest();

export interface Session {
  readonly accountId: string;
  readonly expiresAtMs: number;
}

/** A JWT signed with HS256. */
export const sessionToken = (session: Session, key: string, nowMs: number): string => {
  const claims = {
    sub: session.accountId,
    iat: Math.floor(nowMs / 1000),
    exp: Math.floor(session.expiresAtMs / 1000),
    jti: randomToken(9),
  };
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
  return `${text}.${signatureOf(text, key).toString("base64url")}`;
};

/** The account that a token was given to; undefined when it is forged, foreign or expired. */
export const sessionAccount = (token: string, key: string, nowMs: number): string | undefined => {
  const [head = "", claims = "", signature = ""] = token.split(".");
  if (!equal(signatureOf(`${head}.${claims}`, key), Buffer.from(signature, "base64url"))) return undefined;
  const session = parsedJson(Buffer.from(claims, "base64url").toString("utf8"));
  return (numberAt(session, "exp") ?? 0) * 1000 > nowMs ? textAt(session, "sub") : undefined;
};

/** The project's key as user and password; the same as long as the installation is. */
export const projectKey = (projectId: string, key: string): { readonly user: string; readonly password: string } => ({
  user: projectId,
  password: signatureOf(`project:${projectId}`, key).toString("base64url"),
});
