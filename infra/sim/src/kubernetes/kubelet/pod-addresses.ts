import type { MachineSpec } from "../../datacenter/machine.ts";

const CLUSTER_OCTETS: Readonly<Record<string, number>> = { server: 10, member: 20 };
const FIRST_HOST = 2;
const LAST_HOST = 254;

/** `vm-107` is 7 of its data centre; addresses stay the same over reboots and reverts. */
const ordinalOf = (spec: MachineSpec): number => Number(/(\d+)$/.exec(spec.id)?.[1] ?? 0) % 200;

/** The addresses of one node and of its pods; nobody can reach them, they only tell things apart. */
export class PodAddresses {
  readonly nodeAddress: string;
  readonly podCidr: string;
  readonly #prefix: string;
  readonly #taken = new Set<string>();

  constructor(spec: MachineSpec) {
    const ordinal = ordinalOf(spec);
    this.nodeAddress = `10.${CLUSTER_OCTETS[spec.cluster] ?? 30}.0.${ordinal + 10}`;
    this.#prefix = `10.244.${ordinal}`;
    this.podCidr = `${this.#prefix}.0/24`;
  }

  /** The wanted address if it is free and of this node, else the next free one. */
  take(wanted: string | undefined): string {
    if (wanted?.startsWith(`${this.#prefix}.`) === true && !this.#taken.has(wanted)) return this.#keep(wanted);
    for (let host = FIRST_HOST; host <= LAST_HOST; host += 1) {
      const address = `${this.#prefix}.${host}`;
      if (!this.#taken.has(address)) return this.#keep(address);
    }
    return this.#keep(`${this.#prefix}.${LAST_HOST}`);
  }

  release(address: string | undefined): void {
    if (address !== undefined) this.#taken.delete(address);
  }

  #keep(address: string): string {
    this.#taken.add(address);
    return address;
  }
}
