import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Limitation, Machines } from "../port.ts";

/** A bed whose machines nobody may touch: every step is refused with the bed's own reason. */
export class NoMachines implements Machines {
  readonly #reason: string;

  constructor(reason: string) {
    this.#reason = reason;
  }

  inspect(): Promise<never> {
    return this.#refuse("look at the VMs");
  }

  powerOff(name: string): Promise<never> {
    return this.#refuse(`power off VM "${name}"`);
  }

  powerOn(name: string): Promise<never> {
    return this.#refuse(`power on VM "${name}"`);
  }

  snapshot(name: string): Promise<never> {
    return this.#refuse(`take a snapshot of VM "${name}"`);
  }

  revert(name: string): Promise<never> {
    return this.#refuse(`revert VM "${name}"`);
  }

  removeSnapshot(name: string): Promise<never> {
    return this.#refuse(`remove a snapshot of VM "${name}"`);
  }

  limitations(): Promise<readonly Limitation[]> {
    const steps = ["powerOff", "powerOn", "snapshotWithoutMemory", "revertPower"] as const;
    return Promise.resolve(steps.map((step) => ({ step, because: this.#reason })));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #refuse(step: string): Promise<never> {
    return Promise.reject(
      new KuberaError("RESTORE_UNSUPPORTED", {
        what: `this bed has no hypervisor to ${step}`,
        where: "machines.driver: none in the bed's file",
        because: this.#reason,
        fix: "Use a bed with driver esx for what needs a restore, or run only tests that need none.",
      }),
    );
  }
}
