import type { StoreEvent } from "../store.ts";

/** One control loop: which keys an event touches, and what brings one key nearer to its wanted state. */
export interface Controller {
  readonly name: string;
  affected(event: StoreEvent): readonly string[];
  /** Level-triggered and idempotent. Returns simulated milliseconds after which to look again, if nothing happens before. */
  reconcile(key: string): number | undefined;
}

/** `namespace/name`, or `/name` of an object of the cluster. */
export const keyOf = (object: { readonly metadata: { readonly namespace?: string; readonly name: string } }): string =>
  `${object.metadata.namespace ?? ""}/${object.metadata.name}`;

export const splitKey = (key: string): { readonly namespace: string; readonly name: string } => {
  const [namespace = "", name = ""] = key.split("/");
  return { namespace, name };
};
