import type { KubeObject } from "../kube-object.ts";
import type { FieldType } from "./field-type.ts";
import { afterUpdate, decodedManagers, encodedManagers, type Reach, type Writer } from "./managers.ts";

/** Who wrote, as far as it is known; `keep` for a write that brings its `managedFields` along. */
export type WrittenBy = Partial<Writer> | "keep";

export interface TrackedWrite {
  readonly before: KubeObject;
  readonly after: KubeObject;
  readonly type: () => FieldType;
  readonly reach: Reach;
  readonly by: WrittenBy | undefined;
  readonly now: () => string;
}

const KUBELETS = new Set(["Lease", "Node", "Pod"]);

/** Parts of the simulated cluster write without a name. */
const writerOf = ({ after, reach, by }: TrackedWrite): Writer => {
  const named = typeof by === "object" ? by : {};
  const component = KUBELETS.has(after.kind) ? "kubelet" : "kube-controller-manager";
  const subresource = reach === "status" ? { subresource: "status" } : {};
  return { manager: component, apiVersion: after.apiVersion, ...subresource, ...named };
};

/**
 * The written object with its owners of fields brought up to date. Objects that nobody applied to have none, so that clients
 * who never do pay nothing: a real server treats objects of before it knew owners the same way.
 */
export const trackedWrite = (write: TrackedWrite): KubeObject => {
  const { before, after, type, reach, by, now } = write;
  const { managedFields, ...metadata } = after.metadata;
  if (managedFields === undefined || by === "keep") return after;
  const managers = decodedManagers(managedFields) ?? decodedManagers(before.metadata.managedFields) ?? [];
  if (managers.length === 0) return { ...after, metadata };
  const next = afterUpdate(managers, { type: type(), before, after, reach, writer: writerOf(write), now: now() });
  const entries = encodedManagers(next);
  return { ...after, metadata: { ...metadata, ...(entries === undefined ? {} : { managedFields: entries }) } };
};
