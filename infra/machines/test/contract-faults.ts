import { expect } from "vitest";
import { look, refusal, take, type ContractCase, type Stage } from "./contract-case.ts";
import type { PlannedFault, Step } from "./contract-target.ts";

interface FaultRow {
  readonly step: Step;
  readonly fault: PlannedFault;
  /** What the error says to do. */
  readonly fix: string;
}

const PRIVILEGE = "VirtualMachine.Interact.PowerOff";

const ROWS: readonly FaultRow[] = [
  {
    step: "powerOff",
    fault: { type: "RestrictedVersion", message: "Current license or ESXi version prohibits execution of the requested operation." },
    fix: "driver exec with infra/machines/examples/esxi-ssh",
  },
  {
    step: "snapshot",
    fault: { type: "TaskInProgress", message: "Another task is already in progress." },
    fix: "Wait until the other task on this VM has ended",
  },
  {
    step: "powerOn",
    fault: { type: "FileLocked", message: "Unable to access file since it is locked" },
    fix: "Find the ESX host that holds the lock",
  },
  {
    step: "snapshot",
    fault: { type: "NoDiskSpace", message: "Insufficient disk space on datastore 'datastore1'." },
    fix: "Free space on the datastore",
  },
  {
    step: "revert",
    fault: { type: "InvalidPowerState", message: "The attempted operation cannot be performed in the current state (Suspended)." },
    fix: "Look at the VM's power state",
  },
  {
    step: "removeSnapshot",
    fault: { type: "FileFault", message: "Error caused by file bed.vmdk" },
    fix: "Look at the VM's files on the datastore",
  },
];

const doStep = async ({ machines, vm }: Stage, step: Step, before: () => void): Promise<string> => {
  const id = step === "revert" || step === "removeSnapshot" ? await take(machines, vm, "base") : "";
  if (step === "powerOn") await machines.powerOff(vm);
  before();
  const steps: Readonly<Record<Step, () => Promise<unknown>>> = {
    powerOff: () => machines.powerOff(vm),
    powerOn: () => machines.powerOn(vm),
    snapshot: () => take(machines, vm, "refused"),
    revert: () => machines.revert(vm, id),
    removeSnapshot: () => machines.removeSnapshot(vm, id),
  };
  return refusal(steps[step]());
};

const typeKept = ({ step, fault, fix }: FaultRow): ContractCase => ({
  title: `keeps the type of ${fault.type} on ${step}, with what to do`,
  needs: ["failNext"],
  run: async (stage) => {
    const { peer, vm } = stage;
    const told = await doStep(stage, step, () => peer.failNext?.(step, fault));
    expect(told).toContain(`[${peer.refusal}]`);
    expect(told).toContain(`because: ${fault.type} on `);
    expect(told).toContain(`of VM "${vm}": ${fault.message}`);
    expect(told).toContain(fix);
  },
});

/** Faults of the hypervisor, told with their type; cancelled tasks; sessions that end at a bad moment. */
export const FAULT_CASES: readonly ContractCase[] = [
  ...ROWS.map(typeKept),
  {
    title: "names the privilege that is missing, and on which VM",
    needs: ["failNext", "login"],
    run: async ({ peer, machines, vm }) => {
      peer.failNext?.("powerOff", { type: "NoPermission", message: "Permission was denied.", fields: { privilegeId: PRIVILEGE } });
      const told = await refusal(machines.powerOff(vm));
      expect(told).toContain(`because: NoPermission on PowerOffVM_Task of VM "${vm}": Permission was denied.; privilegeId=${PRIVILEGE}`);
      expect(told).toContain(`Give the account the privilege ${PRIVILEGE} on VM "${vm}", or on a folder above it.`);
    },
  },
  {
    title: "leaves a VM as it was when a task fails, and does the same step the next time",
    needs: ["failNext"],
    run: async ({ peer, machines, vm }) => {
      peer.failNext?.("powerOff", { type: "GenericVmConfigFault", message: "no" });
      expect(await refusal(machines.powerOff(vm))).toContain("GenericVmConfigFault");
      expect(await look(machines, vm)).toMatchObject({ power: "on" });
      await machines.powerOff(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "off" });
    },
  },
  {
    title: "fails one of many VMs alone",
    needs: ["failNext"],
    run: async ({ peer, machines, vm, others }) => {
      peer.failNext?.("powerOff", { type: "FileLocked", message: "locked" });
      const names = [vm, ...others];
      const told = await Promise.all(names.map((name) => refusal(machines.powerOff(name))));
      expect(told.filter((text) => text.includes("FileLocked"))).toHaveLength(1);
      expect(told.filter((text) => text === "it was not refused")).toHaveLength(3);
    },
  },
  {
    title: "refuses a second task on a busy VM as TaskInProgress",
    needs: ["slowTasks"],
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      const told = await Promise.all([refusal(machines.powerOn(vm)), refusal(take(machines, vm, "meanwhile"))]);
      expect(told.filter((text) => text.includes("because: TaskInProgress on "))).toHaveLength(1);
    },
  },
  {
    title: "cancels a task, so that it has no effect",
    needs: ["slowTasks"],
    run: async ({ machines, vm }) => {
      const stop = new AbortController();
      const onProgress = (percent: number): void => {
        if (percent > 0) stop.abort(new Error("enough"));
      };
      const taken = machines.snapshot(vm, { name: "never", description: "" }, { signal: stop.signal, onProgress });
      expect(await refusal(taken)).toBe("Error: enough");
      await expect.poll(() => refusal(machines.powerOff(vm)), { timeout: 5000 }).toBe("it was not refused");
      expect((await look(machines, vm)).snapshots).toEqual([]);
    },
  },
  {
    title: "goes on between two steps when the session has ended",
    needs: ["endSessions"],
    run: async ({ peer, machines, vm }) => {
      await machines.powerOff(vm);
      const id = await take(machines, vm, "base");
      await peer.endSessions?.();
      await machines.revert(vm, id);
      await peer.endSessions?.();
      await machines.removeSnapshot(vm, id);
      expect(await look(machines, vm)).toMatchObject({ snapshots: [] });
    },
  },
  {
    title: "awaits a task to its end although the session ends meanwhile",
    needs: ["endSessions", "slowTasks"],
    run: async ({ peer, machines, vm }) => {
      let ended: Promise<void> | undefined;
      const onProgress = (): void => {
        ended ??= peer.endSessions?.();
      };
      const id = await machines.snapshot(vm, { name: "long", description: "" }, { onProgress });
      expect(ended).toBeDefined();
      expect(await look(machines, vm)).toMatchObject({ currentSnapshot: id });
    },
  },
];
