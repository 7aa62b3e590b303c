import type { BedContext } from "@kubera-e2e/lifecycle";
import type { BedState } from "@kubera-e2e/schema/bed-state";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import type { HeldBed } from "../src/bed-desk.ts";
import type { EventsAnswer } from "../src/wire.ts";

export const BED = parseTestBed(
  `apiVersion: kubera-e2e/v1
kind: TestBed
name: lab
target: sim
machines: { driver: none, reason: a bed in memory }
clusters:
  - { name: c1, role: server, kubeconfig: /c1.yaml, vms: [{ name: v1, node: n1, plane: control }] }
registry: { url: https://registry.lab, trust: { pin: "sha256:${"ab".repeat(32)}" } }
director: { url: http://director.lab, admin: director-admin }
`,
  "lab.yaml",
);

const interrupted = new KuberaError("RESTORE_FAILED", {
  what: "the run has ended",
  where: "v1",
  because: "it was asked to",
  fix: "Run again.",
});

/** A held bed in memory, whose restores a test can make fail. */
export class FakeBed implements HeldBed {
  readonly restored: string[] = [];
  readonly closed: (string | undefined)[] = [];
  readonly asked: [Date, Date][] = [];
  readonly power: string[] = [];
  failure: Error | undefined;
  secretFailure: Error | undefined;
  /** Whether restores end with the bed only. */
  isHanging = false;
  used = 0;
  #endRestore: (error: Error) => void = () => {};

  readonly lost = new AbortController().signal;

  get context(): BedContext {
    const secret = (): { username: string; password: string } => {
      if (this.secretFailure !== undefined) throw this.secretFailure;
      return { username: "Administrator", password: "p" };
    };
    const machines = {
      powerOff: async (vm: string) => void this.power.push(`${vm} off`),
      powerOn: async (vm: string) => void this.power.push(`${vm} on`),
    };
    return { bed: BED, secret, machines } as unknown as BedContext;
  }

  ensure(state: BedState, build: string): Promise<void> {
    this.restored.push(`${state}@${build}`);
    if (this.isHanging) return new Promise((_resolve, reject) => (this.#endRestore = reject));
    return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
  }

  markUsed(): Promise<void> {
    this.used += 1;
    return Promise.resolve();
  }

  async events(from: Date, to: Date): Promise<EventsAnswer> {
    this.asked.push([from, to]);
    return { facts: [], gaps: [{ collector: "events c1", because: "nothing was read yet" }] };
  }

  close(broken: string | undefined): Promise<void> {
    this.closed.push(broken);
    this.#endRestore(interrupted);
    return Promise.resolve();
  }
}
