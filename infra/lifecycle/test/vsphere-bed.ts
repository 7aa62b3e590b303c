import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import { openMachines, type Machines } from "@kubera-e2e/machines";
import { systemClock } from "@kubera-e2e/schema/clock";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { createAuthority, DataCenter, simMachines, SimTime, startVsphere, TaskFaults } from "@kubera-e2e/sim/parts";
import type { BedContext } from "../src/bed-context.ts";
import type { ProgressEvent } from "../src/progress.ts";
import { labBed, MemoryBed } from "./memory-bed.ts";

/** Passes bytes on, and breaks all connections when told to. */
const openWire = async (port: number) => {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const reset = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const close = async (): Promise<void> => {
    reset();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, reset, close };
};

/** Six VMs of the simulated vSphere as a bed, over its real protocol; no Kubernetes answers, so restores go until same set. */
export interface VsphereBed extends AsyncDisposable {
  readonly context: BedContext;
  readonly memory: MemoryBed;
  readonly faults: TaskFaults;
  readonly dataCenter: DataCenter;
  /** The fourth of the six. */
  readonly fourth: string;
  endSessions(): void;
  resetConnections(): void;
  /** Called with each thing that happens. */
  onEvent: (event: ProgressEvent) => void;
}

export const openVsphereBed = async (): Promise<VsphereBed> => {
  const faults = new TaskFaults();
  const dataCenter = new DataCenter(simMachines(), new SimTime(60));
  for (const machine of dataCenter.machines) machine.powerOn();
  const authority = await createAuthority();
  const credentials = { username: "administrator@vsphere.local", password: "correct horse" };
  const server = await startVsphere({ dataCenter, authority, credentials, taskHook: faults.hook });
  const wire = await openWire(Number(new URL(server.url).port));
  const machines: Machines = openMachines(
    { driver: "esx", endpoint: `https://127.0.0.1:${wire.port}/sdk`, credentials: "vsphere" },
    { credentials, caPem: authority.certPem, redactor: new Redactor() },
  );
  const [template] = labBed().clusters;
  if (template === undefined) throw new Error("the bed has lost its clusters");
  const vms = dataCenter.machinesOf("member").map(({ spec: { name, node, plane } }) => ({ name, node, plane }));
  const intervals = { ...labBed().intervals, power: 6000, locked: 3000, poll: 100 };
  const bed = { ...labBed(), clusters: [{ ...template, vms }], intervals };
  const memory = new MemoryBed(bed);
  const opened: Pick<VsphereBed, "onEvent"> = { onEvent: () => {} };
  const context = { ...memory.context, machines, clock: systemClock, onProgress: (event: ProgressEvent) => opened.onEvent(event) };
  return Object.assign(opened, {
    context,
    memory,
    faults,
    dataCenter,
    fourth: vms[3]?.name ?? "",
    endSessions: () => server.endSessions(),
    resetConnections: () => wire.reset(),
    [Symbol.asyncDispose]: async () => {
      await machines.close();
      await wire.close();
      await server.close();
    },
  });
};
