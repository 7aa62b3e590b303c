export { GUEST_IMAGE } from "./guest-image.ts";
export { keepControlPlane, setApiServer, setCable, setDisk, setPower } from "./hurt.ts";
export { EXPIRED_KUBECONFIG, KUBECONFIG, NODES, REGISTRY, SPARE_REGISTRIES, STRANGER_KUBECONFIG } from "./plan.ts";
export { status, type PeersStatus } from "./status.ts";
