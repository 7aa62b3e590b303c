import type { KindName } from "./defined-kinds.ts";

export const BLOCK_DEVICE: KindName = { group: "openebs.io", version: "v1alpha1", kind: "BlockDevice" };
export const DEVICE_CLAIM: KindName = { group: "openebs.io", version: "v1alpha1", kind: "BlockDeviceClaim" };

export const HOSTNAME = "kubernetes.io/hostname";
/** Label of a device that is kept for those who ask for it. */
export const DEVICE_TAG = "openebs.io/block-device-tag";
/** Label of every pool's pod, by which Director lists storage pools. */
export const POOL_APP = { app: "cstor-pool" } as const;
/** Label of a replica: the volume it belongs to. */
export const VOLUME_LABEL = "openebs.io/persistent-volume";
/** Label of everything that has a version of OpenEBS. */
export const VERSION_LABEL = "openebs.io/version";
