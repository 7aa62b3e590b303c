export { startSim, type RunningSim, type StartSimOptions } from "./start-sim.ts";
export { startVsphere } from "./vsphere/start-vsphere.ts";
