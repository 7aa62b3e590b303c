import type { Json } from "../../src/kubernetes/kube-object.ts";
import type { KubeApiBed, Reply } from "../kube-api-bed.ts";

export const WEB = "/apis/apps/v1/namespaces/default/deployments/web";

export interface Apply {
  readonly manager?: string;
  readonly query?: string;
}

/** Server-side apply by a manager; the body is YAML, of which JSON is a part. */
export const applyTo =
  (bed: KubeApiBed) =>
  (path: string, body: unknown, { manager = "alice", query = "" }: Apply = {}): Promise<Reply> =>
    bed.ask(`${path}?fieldManager=${manager}${query}`, {
      method: "PATCH",
      body,
      headers: { "content-type": "application/apply-patch+yaml" },
    });

/** A deployment of one container, with fields of its spec on top. */
export const deployment = (spec: Json = {}, container: Json = {}): Json => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image: "nginx:1", ...container }] } },
    ...spec,
  },
});

/** A part of it, as of a manager who owns no more. */
export const part = (spec: Json, metadata: Json = {}): Json => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", ...metadata },
  spec,
});

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: Json;
}

/** `managedFields` by manager and operation. */
export const managersOf = (reply: Reply): Readonly<Record<string, Json>> => {
  const { managedFields = [] } = reply.json["metadata"] as { readonly managedFields?: readonly Entry[] };
  return Object.fromEntries(
    managedFields.map(({ manager, operation, subresource, fieldsV1 }) => [
      [manager, operation, ...(subresource === undefined ? [] : [subresource])].join(" "),
      fieldsV1,
    ]),
  );
};
