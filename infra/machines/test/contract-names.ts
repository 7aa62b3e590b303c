import { expect } from "vitest";
import { find, look, refusal, take, type ContractCase } from "./contract-case.ts";

/** Which VM is meant by a name. */
export const NAME_CASES: readonly ContractCase[] = [
  {
    title: "finds a VM by a name of signs that paths, XML and shells act on",
    run: async ({ peer, machines }) => {
      expect(await look(machines, peer.odd)).toMatchObject({ name: peer.odd, snapshots: [] });
    },
  },
  {
    title: "takes and removes a snapshot of a VM of such a name",
    run: async ({ peer, machines }) => {
      const id = await machines.snapshot(peer.odd, { name: "$(reboot) `x` ' \" \\ %2f", description: "a\n\tb; c && d | e > f" });
      const found = find(await look(machines, peer.odd), id);
      await machines.removeSnapshot(peer.odd, id);
      expect(found).toMatchObject({ name: "$(reboot) `x` ' \" \\ %2f", description: "a\n\tb; c && d | e > f" });
      expect(await look(machines, peer.odd)).toMatchObject({ snapshots: [] });
    },
  },
  {
    title: "refuses a name that several VMs bear",
    run: async ({ peer, machines }) => {
      expect(await refusal(machines.inspect([peer.twin]))).toContain(`[MACHINE_AMBIGUOUS] several VMs bear one name: ${peer.twin}`);
    },
  },
  {
    title: "powers off neither of two VMs of one name",
    run: async ({ peer, machines }) => {
      expect(await refusal(machines.powerOff(peer.twin))).toContain("[MACHINE_AMBIGUOUS]");
    },
  },
  {
    title: "works on others although two VMs bear one name",
    run: async ({ machines, vm }) => {
      await machines.powerOff(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "off" });
    },
  },
  {
    title: "takes names to the letter",
    run: async ({ machines, vm }) => {
      for (const name of [vm.toUpperCase(), ` ${vm}`, `${vm}*`])
        expect(await refusal(machines.inspect([name]))).toContain(`[MACHINE_MISSING] 1 VM is not in the inventory: ${name}`);
    },
  },
];

/** A VM that somebody suspended by hand. */
export const SUSPENDED_CASES: readonly ContractCase[] = [
  {
    title: "shows that a VM is suspended",
    needs: ["suspend"],
    run: async ({ peer, machines, vm }) => {
      await peer.suspend?.(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "suspended" });
    },
  },
  {
    title: "powers a suspended VM off",
    needs: ["suspend"],
    run: async ({ peer, machines, vm }) => {
      await peer.suspend?.(vm);
      await machines.powerOff(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "off" });
    },
  },
  {
    title: "powers a suspended VM on",
    needs: ["suspend"],
    run: async ({ peer, machines, vm }) => {
      await peer.suspend?.(vm);
      await machines.powerOn(vm);
      expect(await look(machines, vm)).toMatchObject({ power: "on" });
    },
  },
  {
    title: "has a suspended VM off once it was powered off and reverted",
    needs: ["suspend"],
    run: async ({ peer, machines, vm }) => {
      await machines.powerOff(vm);
      const id = await take(machines, vm, "cold");
      await machines.powerOn(vm);
      await peer.suspend?.(vm);
      await machines.powerOff(vm);
      await machines.revert(vm, id);
      expect(await look(machines, vm)).toMatchObject({ power: "off", currentSnapshot: id });
    },
  },
];
