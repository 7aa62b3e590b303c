import { createHmac, randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import type { EtcdStore } from "../etcd-store.ts";
import type { KubeObject } from "../kube-object.ts";
import { serviceAccountName } from "./authorizer.ts";
import type { User } from "./request-attributes.ts";

export const API_AUDIENCE = "https://kubernetes.default.svc.cluster.local";

interface Named {
  readonly name: string;
  readonly uid: string;
}

interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly iss: string;
  readonly sub: string;
  readonly "kubernetes.io": { readonly namespace: string; readonly serviceaccount: Named } & Readonly<Record<string, Named | string>>;
}

export interface TokenOrder {
  readonly account: KubeObject;
  readonly audiences: readonly string[];
  readonly seconds: number;
  readonly nowMs: number;
  /** An object with which the token ends. */
  readonly bound?: { readonly kind: "Pod" | "Secret" | "Node"; readonly name: string; readonly uid: string };
}

const part = (value: object): string => Buffer.from(JSON.stringify(value), "utf8").toString("base64url");

const BOUND_KINDS = ["Pod", "Secret", "Node"] as const;

/** Gives tokens to service accounts and knows them again, as long as account and bound object are there. */
export class ServiceAccountTokens {
  readonly #key = randomBytes(32);

  issue({ account, audiences, seconds, nowMs, bound }: TokenOrder): string {
    const { namespace = "", name, uid } = account.metadata;
    const now = Math.floor(nowMs / 1000);
    const claims = {
      aud: audiences.length === 0 ? [API_AUDIENCE] : audiences,
      exp: now + seconds,
      iat: now,
      iss: API_AUDIENCE,
      jti: randomUUID(),
      "kubernetes.io": {
        namespace,
        ...(bound === undefined ? {} : { [bound.kind.toLowerCase()]: { name: bound.name, uid: bound.uid } }),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: serviceAccountName(namespace, name),
    };
    const content = `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}`;
    return `${content}.${this.#sign(content).toString("base64url")}`;
  }

  /** Whose token it is; undefined when it is none of this cluster's or has ended. */
  userOf(token: string, store: EtcdStore, nowMs: number): User | undefined {
    const claims = this.#claims(token);
    if (claims === undefined || claims.exp * 1000 <= nowMs || !claims.aud.includes(API_AUDIENCE)) return undefined;
    const { namespace, serviceaccount } = claims["kubernetes.io"];
    const isThere = (kind: string, { name, uid }: Named): boolean =>
      store.get(store.resource(kind, ""), namespace, name)?.metadata.uid === uid;
    const bound = BOUND_KINDS.map((kind) => ({ kind, object: claims["kubernetes.io"][kind.toLowerCase()] }));
    if (!isThere("ServiceAccount", serviceaccount)) return undefined;
    if (bound.some(({ kind, object }) => typeof object === "object" && !isThere(kind, object))) return undefined;
    return { name: claims.sub, groups: ["system:serviceaccounts", `system:serviceaccounts:${namespace}`, "system:authenticated"] };
  }

  #claims(token: string): Claims | undefined {
    const [header = "", claims = "", signature = "", ...more] = token.split(".");
    const given = Buffer.from(signature, "base64url");
    const own = this.#sign(`${header}.${claims}`);
    if (more.length > 0 || given.length !== own.length || !timingSafeEqual(given, own)) return undefined;
    return JSON.parse(Buffer.from(claims, "base64url").toString("utf8")) as Claims;
  }

  #sign(content: string): Buffer {
    return createHmac("sha256", this.#key).update(content).digest();
  }
}
