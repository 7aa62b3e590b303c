import type { AnnotationStore } from "@kubera-e2e/lifecycle/open-annotations";
import { leaseRecordSchema, type LeaseRecord } from "@kubera-e2e/schema/lease";
import { unreadable } from "./lease-errors.ts";
import { storeCall, type LeaseRegister, type Registered } from "./lease-register.ts";

const prefixOf = (bed: string): string => `kubera-e2e lease of ${bed}: `;

const lineOf = (text: string, bed: string): string | undefined => text.split("\n").find((line) => line.startsWith(prefixOf(bed)));

/** The notes with the bed's line replaced, or added at their end. */
const withLine = (text: string, record: LeaseRecord): string => {
  const line = `${prefixOf(record.bed)}${JSON.stringify(record)}`;
  const others = text.split("\n").filter((other) => other !== "" && !other.startsWith(prefixOf(record.bed)));
  return [...others, line].join("\n");
};

/**
 * One line per bed in the notes of a VM that no bed restores, replaced by the VM's changeVersion: real vSphere refuses a stale one with
 * `ConcurrentAccess`. What else stands in the notes is kept.
 */
export class VmRegister implements LeaseRegister {
  readonly #notes: AnnotationStore;
  readonly #vm: string;
  /** What was read with a version, since a write replaces the notes as a whole. */
  readonly #seen = new Map<string, { readonly version: string; readonly text: string }>();

  constructor(notes: AnnotationStore, vm: string) {
    this.#notes = notes;
    this.#vm = vm;
  }

  async read(bed: string): Promise<Registered> {
    const notes = await this.#notes.read(this.#vm, storeCall());
    this.#seen.set(bed, notes);
    const line = lineOf(notes.text, bed);
    return { version: notes.version, ...(line !== undefined && { record: this.#parse(bed, line) }) };
  }

  async write(record: LeaseRecord, version: string | undefined): Promise<boolean> {
    const seen = this.#seen.get(record.bed);
    if (seen === undefined || seen.version !== version) return false;
    return this.#notes.write(this.#vm, { text: withLine(seen.text, record), version }, storeCall());
  }

  #parse(bed: string, line: string): LeaseRecord {
    try {
      return leaseRecordSchema.parse(JSON.parse(line.slice(prefixOf(bed).length)));
    } catch (cause) {
      throw unreadable(bed, { where: `the notes of VM "${this.#vm}"`, thing: "that line" }, cause);
    }
  }
}
