/**
 * Whose trouble a failure is. `product`: Kubera Director misbehaved. `test`: the spec or its data is wrong.
 * `infrastructure`: machines, network, registry, cluster. `environment`: settings, credentials, this computer.
 */
export const FAILURE_CLASSES = ["product", "test", "infrastructure", "environment"] as const;

export type FailureClass = (typeof FAILURE_CLASSES)[number];
