import { hostOf } from "./inventory.ts";
import { refsIn, type Ref } from "./value.ts";
import { invalidArgument, managedObjectNotFound, notSupported } from "./vim-fault.ts";
import type { World } from "./world.ts";
import type { XmlElement } from "./xml-element.ts";

/** Whether something that happened is wanted. */
export type Wanted = (item: { readonly entity: Ref | undefined; readonly atMs: number }) => boolean;

/** What an entity stands in, from its parent up; a VM stands on its host too. */
const ancestors = (world: World, entity: Ref): readonly string[] => {
  const machine = world.inventory.machines.find((candidate) => candidate.spec.id === entity.id);
  const found: string[] = [];
  if (machine !== undefined) {
    const { host, compute, pool } = hostOf(world.inventory, machine);
    found.push(host.id, compute.id, pool.id);
  }
  for (let parent = parentOf(world, entity); parent !== undefined; parent = parentOf(world, parent)) found.push(parent.id);
  return found;
};

const parentOf = (world: World, entity: Ref): Ref | undefined => refsIn(world.find(entity)?.properties["parent"]?.())[0];

const byEntity = (world: World, element: XmlElement | undefined): Wanted => {
  if (element === undefined) return () => true;
  const wanted = element.requiredRef("entity");
  if (world.find(wanted) === undefined) throw managedObjectNotFound(wanted);
  const recursion = element.required("recursion").trim();
  if (!["self", "children", "all"].includes(recursion)) throw invalidArgument("recursion", "it must be self, children or all");
  if (wanted.id === world.inventory.root.id && recursion === "all") return () => true;
  return ({ entity }) => {
    if (entity === undefined) return false;
    if (entity.id === wanted.id) return recursion !== "children";
    if (recursion === "self") return false;
    const above = ancestors(world, entity);
    return recursion === "all" ? above.includes(wanted.id) : parentOf(world, entity)?.id === wanted.id;
  };
};

const moment = (element: XmlElement, name: string): number | undefined => {
  const text = element.textOf(name)?.trim();
  if (text === undefined) return undefined;
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) throw invalidArgument(name, "it must be a time");
  return atMs;
};

const byTime = (element: XmlElement | undefined): Wanted => {
  if (element === undefined) return () => true;
  const [begin, end] = [moment(element, "beginTime") ?? -Infinity, moment(element, "endTime") ?? Infinity];
  return ({ atMs }) => atMs >= begin && atMs <= end;
};

/** Reads entity and time of a filter; criteria other than these and `known` are fault `NotSupported`. */
export const readHistoryFilter = (world: World, filter: XmlElement | undefined, known: readonly string[]): Wanted => {
  if (filter === undefined) throw invalidArgument("filter", "it is required");
  const foreign = filter.children.map((child) => child.name).filter((name) => !["entity", "time", ...known].includes(name));
  if (foreign.length > 0) throw notSupported(`the simulated history is not filtered by ${foreign.join(", ")}`);
  const [entity, time] = [byEntity(world, filter.child("entity")), byTime(filter.child("time"))];
  return (item) => entity(item) && time(item);
};
