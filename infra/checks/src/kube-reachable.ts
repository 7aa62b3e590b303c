import type { Check } from "./check.ts";
import type { EndpointOptions, KubeReader } from "./ports.ts";
import { reach } from "./reachable.ts";

/** Whether a cluster's API server answers us. */
export const kubeReachable = (kube: KubeReader, { certificateUntil }: EndpointOptions = {}): Check => ({
  id: "kube-reachable",
  title: `the API server of cluster ${kube.cluster} answers`,
  subject: kube.cluster,
  run: (context) =>
    reach({ call: (signal) => kube.raw("/version", { signal }), certificateUntil }, `the API server of ${kube.cluster} answered`, context),
});
