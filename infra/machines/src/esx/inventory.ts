import { machinesAmbiguous, machinesMissing } from "../named-machines.ts";
import type { InspectOptions, MachineInfo, SnapshotInfo } from "../port.ts";
import { Gathering } from "./gathering.ts";
import { listAll, nameOf } from "./listing.ts";
import { refOf, type ManagedObject } from "./managed-object.ts";
import { retrieve, type ObjectContent } from "./property-collector.ts";
import type { Session } from "./session.ts";
import { isFault } from "./soap-fault.ts";
import { readSnapshots } from "./snapshot-tree.ts";

const MACHINE_PATHS = [
  "name",
  "runtime.powerState",
  "runtime.connectionState",
  "runtime.host",
  "runtime.consolidationNeeded",
  "snapshot",
  "layoutEx.snapshot",
];

/** Every file of every snapshot of a VM. */
const SIZE_PATHS = ["layoutEx.file"];

const SNAPSHOT_PATHS = ["name", "snapshot"];

const POWER: Readonly<Record<string, MachineInfo["power"]>> = { poweredOn: "on", poweredOff: "off", suspended: "suspended" };

type SnapshotName = Pick<SnapshotInfo, "id" | "name">;

/** Which VM bears which name, and what is known of it. */
export class Inventory {
  readonly #session: Session;
  #refs = new Map<string, ManagedObject[]>();
  readonly #hosts = new Map<string, string>();
  /** As they were read last. */
  readonly #snapshots = new Map<string, readonly SnapshotName[]>();
  readonly #readingSnapshots = new Gathering<string>((names) => this.#readSnapshots([...new Set(names)]));
  readonly #verifying = new Gathering<string>(async (names) => void (await this.#same([...new Set(names)], ["name"])));

  constructor(session: Session) {
    this.#session = session;
  }

  /** The references of the named VMs in their order; errors: `MACHINE_MISSING` with all missing ones, `MACHINE_AMBIGUOUS`. */
  async find(names: readonly string[], signal?: AbortSignal): Promise<ManagedObject[]> {
    if (!names.every((name) => this.#refs.get(name)?.length === 1)) await this.#reload(signal);
    const missing = names.filter((name) => !this.#refs.has(name));
    if (missing.length > 0) throw machinesMissing(missing, [...this.#refs.keys()], this.#session.place);
    const ambiguous = names.filter((name) => (this.#refs.get(name)?.length ?? 0) > 1);
    const bearers = new Map(ambiguous.map((name) => [name, (this.#refs.get(name) ?? []).map((ref) => ref.value)]));
    if (ambiguous.length > 0) throw machinesAmbiguous(bearers, this.#session.place);
    return names.flatMap((name) => this.#refs.get(name) ?? []);
  }

  /** What is known of the named VMs now, in their order. */
  async inspect(names: readonly string[], { signal, sizes = true }: InspectOptions = {}): Promise<MachineInfo[]> {
    const paths = sizes ? [...MACHINE_PATHS, ...SIZE_PATHS] : MACHINE_PATHS;
    return this.#describe(await this.#same(names, paths, signal), signal);
  }

  /** The VM that bears the name at this moment: a name that moved on must never lead to the VM that bore it. */
  async refNow(name: string, signal?: AbortSignal): Promise<ManagedObject> {
    signal?.throwIfAborted();
    await this.#verifying.add(name, signal);
    const [ref] = await this.find([name], signal);
    if (ref === undefined) throw new TypeError(`no reference of ${name}`);
    return ref;
  }

  /** The snapshots of one VM, without what only its files tell: sizes, and whether memory was kept. */
  async snapshotsOf(name: string, signal?: AbortSignal): Promise<readonly SnapshotName[]> {
    signal?.throwIfAborted();
    await this.#readingSnapshots.add(name, signal);
    return this.#snapshots.get(name) ?? [];
  }

  async #readSnapshots(names: readonly string[]): Promise<void> {
    const objects = await this.#same(names, SNAPSHOT_PATHS);
    for (const [index, name] of names.entries())
      this.#snapshots.set(name, readSnapshots(objects[index]?.properties.get("snapshot"), undefined));
  }

  forget(): void {
    this.#refs.clear();
  }

  /** The objects that bear the names now, whatever bore them before. */
  async #same(names: readonly string[], paths: readonly string[], signal?: AbortSignal): Promise<ObjectContent[]> {
    const known = await this.#read(names, paths, signal).catch((error: unknown) => {
      // A VM that was deleted and made again bears the name with another id.
      if (!isFault(error, "ManagedObjectNotFound")) throw error;
      this.#refs.clear();
      return this.#read(names, paths, signal);
    });
    if (known.every((object, index) => nameOf(object) === names[index])) return known;
    this.#refs.clear();
    return this.#read(names, paths, signal);
  }

  async #read(names: readonly string[], paths: readonly string[], signal?: AbortSignal): Promise<ObjectContent[]> {
    const objects = await this.find(names, signal);
    const found = await retrieve(this.#session, { type: "VirtualMachine", paths, objects, signal });
    const byId = new Map(found.map((object) => [object.ref.value, object]));
    return objects.map((ref) => byId.get(ref.value) ?? { ref, properties: new Map() });
  }

  async #describe(objects: readonly ObjectContent[], signal?: AbortSignal): Promise<MachineInfo[]> {
    await this.#learnHosts(objects, signal);
    return objects.map((object) => this.#machine(object));
  }

  #machine(object: ObjectContent): MachineInfo {
    const { properties } = object;
    const host = properties.get("runtime.host")?.text ?? "";
    const connection = properties.get("runtime.connectionState")?.text ?? "connected";
    const currentSnapshot = properties.get("snapshot")?.textOf("currentSnapshot") ?? "";
    return {
      name: nameOf(object),
      power: POWER[properties.get("runtime.powerState")?.text ?? ""] ?? "off",
      esxHost: this.#hosts.get(host) ?? host,
      snapshots: readSnapshots(properties.get("snapshot"), properties.get("layoutEx.snapshot"), properties.get("layoutEx.file")),
      ...(currentSnapshot !== "" && { currentSnapshot }),
      consolidationNeeded: properties.get("runtime.consolidationNeeded")?.text === "true",
      ...(connection !== "connected" && { lost: connection }),
    };
  }

  async #learnHosts(objects: readonly ObjectContent[], signal?: AbortSignal): Promise<void> {
    const refs = objects.flatMap(({ properties }) => properties.get("runtime.host") ?? []).map(refOf);
    const unknown = new Map(refs.filter((ref) => !this.#hosts.has(ref.value)).map((ref) => [ref.value, ref]));
    const found = await retrieve(this.#session, { type: "HostSystem", paths: ["name"], objects: [...unknown.values()], signal });
    for (const host of found) this.#hosts.set(host.ref.value, nameOf(host));
  }

  async #reload(signal?: AbortSignal): Promise<void> {
    const objects = await listAll(this.#session, { type: "VirtualMachine", paths: ["name"], signal });
    const refs = new Map<string, ManagedObject[]>();
    for (const object of objects) refs.set(nameOf(object), [...(refs.get(nameOf(object)) ?? []), object.ref]);
    this.#refs = refs;
  }
}
