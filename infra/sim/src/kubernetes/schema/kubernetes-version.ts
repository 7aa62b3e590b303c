/** Version that the simulated API servers report and describe. */
export const KUBERNETES_VERSION = "v1.34.4";
