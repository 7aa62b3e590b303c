import type { Session } from "./session.ts";
import type { Ref, Value } from "./value.ts";
import type { XmlElement } from "./xml-element.ts";

/** Who calls, with what; `signal` aborts when the client is gone. */
export interface Call {
  readonly args: XmlElement;
  readonly session: Session;
  readonly signal: AbortSignal;
}

/** No, one or several return values. */
export type Answer = Value | readonly Value[] | undefined;

export type Method = (call: Call) => Answer | Promise<Answer>;

export type Properties = Readonly<Record<string, () => Value | undefined>>;
export type Methods = Readonly<Record<string, Method>>;

/** An object of the API: properties are computed when they are read; a property that answers `undefined` is known and unset. */
export interface ManagedObject {
  readonly ref: Ref;
  readonly properties: Properties;
  readonly methods: Methods;
}

/** Finds a managed object by reference. */
export type Find = (ref: Ref) => ManagedObject | undefined;

const ANCESTORS: Readonly<Record<string, readonly string[]>> = {
  Folder: ["ManagedEntity"],
  Datacenter: ["ManagedEntity"],
  ComputeResource: ["ManagedEntity"],
  HostSystem: ["ManagedEntity"],
  ResourcePool: ["ManagedEntity"],
  Datastore: ["ManagedEntity"],
  Network: ["ManagedEntity"],
  VirtualMachine: ["ManagedEntity"],
  ContainerView: ["ManagedObjectView", "View"],
  ListView: ["ManagedObjectView", "View"],
  TaskHistoryCollector: ["HistoryCollector"],
  EventHistoryCollector: ["HistoryCollector"],
};

/** Whether an object of `type` is a `wanted`, as the API's inheritance has it. */
export const isA = (type: string, wanted: string): boolean =>
  type === wanted || wanted === "ManagedObject" || wanted === "ExtensibleManagedObject" || (ANCESTORS[type] ?? []).includes(wanted);
