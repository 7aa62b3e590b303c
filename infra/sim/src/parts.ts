export { createAuthority } from "./certificates/authority.ts";
export { DataCenter } from "./datacenter/data-center.ts";
export { SimTime } from "./datacenter/sim-time.ts";
export { simMachines } from "./datacenter/topology.ts";
export { startVsphere } from "./vsphere/start-vsphere.ts";
