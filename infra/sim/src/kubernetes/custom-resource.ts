import type { Json, KubeObject } from "./kube-object.ts";
import type { ServedResource, Subresource } from "./resource-table.ts";

interface DefinedVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly subresources?: Readonly<Record<string, unknown>>;
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
  readonly schema?: { readonly openAPIV3Schema?: unknown };
}

const strings = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : [];

const storedFirst = (versions: readonly DefinedVersion[]): readonly DefinedVersion[] =>
  versions.toSorted((a, b) => Number(b.storage) - Number(a.storage));

/** The resource that a CustomResourceDefinition adds; undefined when it serves no version. */
export const definedResource = (definition: KubeObject): ServedResource | undefined => {
  const spec: Json = definition.spec ?? {};
  const names = (spec["names"] ?? {}) as Json;
  const versions = storedFirst((spec["versions"] ?? []) as DefinedVersion[]).filter((version) => version.served);
  const [stored] = versions;
  if (stored === undefined) return undefined;
  const kind = String(names["kind"]);
  return {
    group: String(spec["group"]),
    version: stored.name,
    plural: String(names["plural"]),
    singular: typeof names["singular"] === "string" ? names["singular"] : kind.toLowerCase(),
    kind,
    namespaced: spec["scope"] === "Namespaced",
    shortNames: strings(names["shortNames"]),
    categories: strings(names["categories"]),
    subresources: stored.subresources?.["status"] === undefined ? [] : (["status"] satisfies Subresource[]),
    generations: true,
    versions: versions.map((version) => version.name),
    selectable: (stored.selectableFields ?? []).map(({ jsonPath }) => jsonPath.replace(/^\./, "")),
  };
};

/** The structural schema of a version of a custom kind; undefined without one. */
export const schemaOf = (definition: KubeObject, version: string): unknown => {
  const versions = (definition.spec?.["versions"] ?? []) as DefinedVersion[];
  return versions.find(({ name }) => name === version)?.schema?.openAPIV3Schema;
};

/** The status that the server itself gives to an accepted definition. */
export const acceptedStatus = (definition: KubeObject, at: string): Json => {
  const spec: Json = definition.spec ?? {};
  const versions = (spec["versions"] ?? []) as DefinedVersion[];
  const condition = (type: string, reason: string, message: string): Json => ({
    type,
    status: "True",
    reason,
    message,
    lastTransitionTime: at,
  });
  return {
    acceptedNames: spec["names"] as Json,
    conditions: [
      condition("NamesAccepted", "NoConflicts", "no conflicts found"),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted"),
    ],
    storedVersions: versions.filter((version) => version.storage).map((version) => version.name),
  };
};
