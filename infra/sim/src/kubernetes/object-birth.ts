import { randomBytes, randomUUID } from "node:crypto";
import type { Json, KubeObject, ObjectMeta } from "./kube-object.ts";
import type { ServedResource } from "./resource-table.ts";
import type { NewObject } from "./store.ts";

const LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH = 5;
const LONGEST_BASE = 58;

/** `web-` becomes `web-x7k2p`, in the alphabet of real generated names. */
const generatedName = (base: string): string => {
  const suffix = [...randomBytes(SUFFIX_LENGTH)].map((byte) => LETTERS[byte % LETTERS.length]).join("");
  return `${base.slice(0, LONGEST_BASE)}${suffix}`;
};

/** RFC 3339 in whole seconds, as metadata times are. */
export const kubeTime = (nowMs: number): string => `${new Date(nowMs).toISOString().slice(0, 19)}Z`;

/** What the server adds to the metadata of a new object; what only the server may set is dropped from what was given. */
export const bornMetadata = (resource: ServedResource, object: NewObject, now: string): Omit<ObjectMeta, "resourceVersion"> => {
  const { deletionTimestamp: _at, deletionGracePeriodSeconds: _grace, namespace, ...given } = object.metadata;
  return {
    ...given,
    ...(resource.namespaced && namespace !== undefined ? { namespace } : {}),
    name: given.name ?? generatedName(given.generateName ?? ""),
    uid: randomUUID(),
    creationTimestamp: now,
    ...(resource.generations ? { generation: 1 } : {}),
  };
};

const JOB_LABEL = "batch.kubernetes.io/controller-uid";

/** Jobs choose their pods by a label that the server generates. */
export const withJobSelector = (object: KubeObject): KubeObject => {
  const spec: Json = object.spec ?? {};
  if (object.kind !== "Job" || spec["selector"] !== undefined || spec["manualSelector"] === true) return object;
  const uid = object.metadata.uid;
  const template = (spec["template"] ?? {}) as Json;
  const metadata = (template["metadata"] ?? {}) as Json;
  const name = object.metadata.name;
  const own = { [JOB_LABEL]: uid, "batch.kubernetes.io/job-name": name, "controller-uid": uid, "job-name": name };
  const labels = { ...(metadata["labels"] as Json | undefined), ...own };
  return {
    ...object,
    spec: {
      ...spec,
      selector: { matchLabels: { [JOB_LABEL]: uid } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
};
