import { ApiStatusError } from "./api-status.ts";
import type { KubeObject } from "./kube-object.ts";
import type { Store } from "./store.ts";

/** Why a client may not delete an object; undefined when it may, or when it is no business of the reviewer. */
export interface DeletionReview {
  /** Name of the webhook, which stands in the refusal. */
  readonly webhook: string;
  readonly refusal: (object: KubeObject) => string | undefined;
}

const reviews = new WeakMap<Store, Set<DeletionReview>>();

/** Has a store's API ask before it deletes what a client wants deleted, as a validating webhook has; twice is once. Answers how to stop. */
export const reviewDeletions = (store: Store, review: DeletionReview): (() => void) => {
  const asked = reviews.get(store) ?? new Set();
  reviews.set(store, asked.add(review));
  return () => asked.delete(review);
};

/** Errors: 403 in the words of the reviewer that denies it. */
export const checkDeletion = (store: Store, object: KubeObject): void => {
  for (const { webhook, refusal } of reviews.get(store) ?? []) {
    const reason = refusal(object);
    if (reason === undefined) continue;
    const message = `admission webhook "${webhook}" denied the request: ${reason}`;
    throw new ApiStatusError({ code: 403, reason: "Forbidden", message, details: {} });
  }
};
