import { fieldsOf } from "../schema/shape-fields.ts";
import { SHAPES } from "../schema/shapes.ts";
import { DEDUCED, type FieldType, type ListKind } from "./field-type.ts";

/** Lists whose entries have owners of their own, as the schema of Kubernetes 1.34 marks them; all others are one value. */
const LISTS: Readonly<Record<string, ListKind>> = {
  "Container.env": ["name"],
  "Container.ports": ["containerPort", "protocol"],
  "Container.volumeDevices": ["devicePath"],
  "Container.volumeMounts": ["mountPath"],
  "NodeSpec.podCIDRs": "set",
  "ObjectMeta.finalizers": "set",
  "ObjectMeta.ownerReferences": ["uid"],
  "PodSpec.containers": ["name"],
  "PodSpec.ephemeralContainers": ["name"],
  "PodSpec.hostAliases": ["ip"],
  "PodSpec.imagePullSecrets": ["name"],
  "PodSpec.initContainers": ["name"],
  "PodSpec.resourceClaims": ["name"],
  "PodSpec.schedulingGates": ["name"],
  "PodSpec.topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"],
  "PodSpec.volumes": ["name"],
  "ResourceRequirements.claims": ["name"],
  "ServiceAccount.secrets": ["name"],
  "ServiceSpec.ports": ["port", "protocol"],
};

/** The same inside of parts whose fields the simulator does not know. */
const LOOSE_LISTS: Readonly<Record<string, ListKind>> = {
  addresses: ["type"],
  conditions: ["type"],
  podIPs: ["ip"],
  resourceClaimStatuses: ["name"],
};

const ATOMIC_SHAPES = new Set(["KeySelector", "LabelSelector", "LocalObjectReference", "OwnerReference", "RoleRef", "Subject"]);
const ATOMIC_MAPS = new Set(["PodSpec.nodeSelector", "ServiceSpec.selector"]);
const LOOSE_ATOMICS = new Set([
  "fieldRef",
  "labelSelector",
  "namespaceSelector",
  "requiredDuringSchedulingIgnoredDuringExecution",
  "resourceFieldRef",
]);

const looseType = (name: string): FieldType => ({
  list: LOOSE_LISTS[name] ?? "atomic",
  atomic: LOOSE_ATOMICS.has(name),
  closed: false,
  isField: () => true,
  field: looseTypeOf,
  get entry() {
    return looseTypeOf("");
  },
});

const loose = new Map<string, FieldType>();

function looseTypeOf(name: string): FieldType {
  const known = loose.get(name) ?? looseType(name);
  loose.set(name, known);
  return known;
}

const shapeType = (shape: string): FieldType => {
  const fields = fieldsOf(shape);
  return {
    ...DEDUCED,
    atomic: ATOMIC_SHAPES.has(shape),
    closed: true,
    isField: (name) => fields?.has(name) === true,
    field: (name) => typeAt(shape, name, fields?.get(name)?.type ?? "*"),
  };
};

const listType = (place: string, entry: string): FieldType => ({
  ...DEDUCED,
  list: LISTS[place] ?? "atomic",
  get entry() {
    return typeNamed(entry);
  },
});

const known = new Map<string, FieldType>();

const remembered = (key: string, make: () => FieldType): FieldType => {
  const found = known.get(key) ?? make();
  known.set(key, found);
  return found;
};

function typeNamed(type: string): FieldType {
  if (type === "*") return looseTypeOf("");
  return SHAPES[type] === undefined ? DEDUCED : remembered(type, () => shapeType(type));
}

function typeAt(shape: string, name: string, type: string): FieldType {
  const place = `${shape}.${name}`;
  if (type === "*") return LISTS[place] === undefined ? looseTypeOf(name) : remembered(place, () => listType(place, "*"));
  if (type.startsWith("[")) return remembered(place, () => listType(place, type.slice(1, -1)));
  return ATOMIC_MAPS.has(place) ? remembered(place, () => ({ ...DEDUCED, atomic: true })) : typeNamed(type);
}

const TYPE_FIELDS = new Set(["apiVersion", "kind"]);

/** The type of a built-in kind. */
export const builtInType = (kind: string): FieldType =>
  remembered(`kind ${kind}`, () => {
    const own = SHAPES[kind] === undefined ? looseTypeOf("") : shapeType(kind);
    return {
      ...own,
      isField: (name) => TYPE_FIELDS.has(name) || own.isField(name),
      field: (name) => (name === "metadata" ? typeNamed("ObjectMeta") : own.field(name)),
    };
  });
