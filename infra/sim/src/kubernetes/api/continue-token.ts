import { badRequest } from "../api-status.ts";

/** Where the next page of a list begins, and in the state of which revision; -1 for the one of now. */
export interface Continuation {
  readonly revision: number;
  /** `namespace/name` behind which it goes on. */
  readonly after: string;
}

const VERSION = "meta.k8s.io/v1";
/** etcd's way to the key right behind another. */
const NEXT = "\u0000";

export const continueToken = ({ revision, after }: Continuation): string =>
  Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `${after.replace(/^\//, "")}${NEXT}` }), "utf8").toString("base64url");

const refused = (because: string): Error => badRequest(`invalid continue token: continue key is not valid${because}`);

const decoded = (token: string): { readonly v?: unknown; readonly rv?: unknown; readonly start?: unknown } => {
  if (!/^[\w-]+$/.test(token)) throw refused(": illegal base64 data at input byte 0");
  try {
    const value: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch (error) {
    throw refused(`: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** Errors: 400 for a token that no list gave out. */
export const continuationOf = (token: string, namespaced: boolean): Continuation => {
  const { v, rv, start } = decoded(token);
  if (v !== VERSION) throw refused(`: server does not recognize this encoded version ${typeof v === "string" ? v : ""}`);
  if (typeof rv !== "number" || rv === 0) throw refused(`: incorrect encoded start resourceVersion (version ${VERSION})`);
  if (typeof start !== "string" || start === "") throw refused(`: encoded start key empty (version ${VERSION})`);
  if (start.split("/").includes("..")) throw refused(`: ${start}`);
  const after = start.endsWith(NEXT) ? start.slice(0, -NEXT.length) : start;
  return { revision: rv, after: namespaced ? after : `/${after}` };
};
