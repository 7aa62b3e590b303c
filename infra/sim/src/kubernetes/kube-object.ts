/** Metadata of a Kubernetes object, as far as the simulator reads it. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly creationTimestamp: string;
  readonly generation?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly ownerReferences?: readonly OwnerReference[];
  /** Who owns which fields, since somebody applied to the object. */
  readonly managedFields?: readonly Readonly<Record<string, unknown>>[];
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
}

/** Plain JSON as it lies in etcd. Frozen: a change makes a new object. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: Json;
  readonly status?: Json;
  readonly [field: string]: unknown;
}

// oxlint-disable-next-line typescript/no-explicit-any -- the bodies of foreign objects have no static shape inside a simulator of their server
export type Json = Record<string, any>;
