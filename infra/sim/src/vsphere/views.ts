import { isA, type Find, type ManagedObject, type Methods, type Properties } from "./managed-object.ts";
import type { Session } from "./session.ts";
import { list, ref, refs, refsIn, type Ref, type Value } from "./value.ts";
import { invalidArgument, managedObjectNotFound } from "./vim-fault.ts";
import type { World } from "./world.ts";

/** Where an object keeps what is below it. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  Folder: ["childEntity"],
  Datacenter: ["vmFolder", "hostFolder", "datastoreFolder", "networkFolder"],
  ComputeResource: ["host", "resourcePool"],
  HostSystem: ["vm"],
  ResourcePool: ["resourcePool", "vm"],
};

const children = (find: Find, object: ManagedObject): readonly ManagedObject[] =>
  (BELOW[object.ref.type] ?? [])
    .flatMap((property) => refsIn(object.properties[property]?.()))
    .map((child) => find(child))
    .filter((child) => child !== undefined);

const below = (find: Find, object: ManagedObject, found = new Map<string, ManagedObject>()): ReadonlyMap<string, ManagedObject> => {
  for (const child of children(find, object)) {
    if (found.has(child.ref.id)) continue;
    found.set(child.ref.id, child);
    below(find, child, found);
  }
  return found;
};

interface ContainerSpec {
  readonly container: ManagedObject;
  readonly types: readonly string[];
  readonly recursive: boolean;
}

const contents = (find: Find, spec: ContainerSpec): readonly Ref[] => {
  const candidates = spec.recursive ? [...below(find, spec.container).values()] : children(find, spec.container);
  return candidates
    .map((object) => object.ref)
    .filter((found) => spec.types.length === 0 || spec.types.some((type) => isA(found.type, type)));
};

/** A view belongs to its session and ends with it. */
const addView = (session: Session, type: string, parts: { readonly properties: Properties; readonly methods?: Methods }): Ref => {
  const view = ref(type, session.newId());
  const destroy = (): undefined => void session.objects.delete(view.id);
  return session.add({ ref: view, properties: parts.properties, methods: { DestroyView: destroy, ...parts.methods } });
};

const containerView = (world: World, session: Session, spec: ContainerSpec): Ref =>
  addView(session, "ContainerView", {
    properties: {
      view: () => refs(contents(world.find, spec)),
      container: () => spec.container.ref,
      type: () => list("xsd:string", spec.types),
      recursive: () => spec.recursive,
    },
  });

const listView = (world: World, session: Session, given: readonly Ref[]): Ref => {
  let listed = new Map(given.map((item) => [item.id, item]));
  const known = (item: Ref): boolean => session.objects.has(item.id) || world.find(item) !== undefined;
  const unresolved = (items: readonly Ref[]): readonly Value[] => items.filter((item) => !known(item));
  return addView(session, "ListView", {
    properties: { view: () => refs([...listed.values()]) },
    methods: {
      ModifyListView: ({ args }) => {
        const added = args.all("add").map((item) => item.toRef());
        for (const item of added) if (known(item)) listed.set(item.id, item);
        for (const item of args.all("remove")) listed.delete(item.toRef().id);
        world.changes.touch();
        return unresolved(added);
      },
      ResetListView: ({ args }) => {
        const wanted = args.all("obj").map((item) => item.toRef());
        listed = new Map(wanted.filter(known).map((item) => [item.id, item]));
        world.changes.touch();
        return unresolved(wanted);
      },
    },
  });
};

/** The ViewManager. */
export const viewManager = (world: World): ManagedObject => ({
  ref: ref("ViewManager", "ViewManager"),
  properties: { viewList: () => refs([]) },
  methods: {
    CreateContainerView: ({ args, session }) => {
      const wanted = args.requiredRef("container");
      const container = world.find(wanted);
      if (container === undefined) throw managedObjectNotFound(wanted);
      if (BELOW[container.ref.type] === undefined) throw invalidArgument("container", `a ${container.ref.type} contains nothing`);
      const types = args.all("type").map((type) => type.text.trim());
      return containerView(world, session, { container, types, recursive: args.flag("recursive") ?? false });
    },
    CreateListView: ({ args, session }) =>
      listView(
        world,
        session,
        args.all("obj").map((item) => item.toRef()),
      ),
  },
});
