import { selects } from "./controllers/selectors.ts";
import type { KubeObject } from "./kube-object.ts";
import type { Store } from "./store.ts";
import type { NetworkPolicy } from "./workload-objects.ts";

/** Whether a policy lets nothing in to a pod, or out of it. What shares the network of its node is beyond all policies. */
export const isCutOff = (store: Store, { metadata, spec }: KubeObject, direction: "Ingress" | "Egress"): boolean =>
  spec?.["hostNetwork"] !== true &&
  (store.list(store.resource("NetworkPolicy"), metadata.namespace) as unknown as readonly NetworkPolicy[]).some(
    (policy) => policy.spec.policyTypes.includes(direction) && selects(policy.spec.podSelector, metadata.labels),
  );
