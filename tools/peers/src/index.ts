export { buildPeer, peerAvailability } from "./build-peer.ts";
export type { PeerAvailability, PeerName } from "./build-peer.ts";
export { startVcsim } from "./vcsim.ts";
export type { Vcsim, VcsimRequest } from "./vcsim.ts";
export { sshdAvailability, startSshd } from "./sshd.ts";
export type { Sshd, SshdRequest } from "./sshd.ts";
export { startApiServer, type ApiServer } from "./api-server/start-api-server.ts";
export { startRegistryPeer, type RegistryPeer } from "./registry/start-registry-peer.ts";
