/** Virtual hardware of every simulated VM, and of the hosts below; constants of the simulation. */
export const VM_CPUS = 4;
export const VM_MEMORY_MIB = 16_384;
export const HOST_CORES = 32;
export const HOST_MHZ = 2600;
export const HOST_MEMORY_MIB = 262_144;
export const GUEST_ID = "ubuntu64Guest";
export const GUEST_NAME = "Ubuntu Linux (64-bit)";
export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;
