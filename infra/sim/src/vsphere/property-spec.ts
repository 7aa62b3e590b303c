import type { Ref } from "./value.ts";
import { invalidArgument } from "./vim-fault.ts";
import type { XmlElement } from "./xml-element.ts";

/** Which properties of which type are wanted. */
export interface PropertySpec {
  readonly type: string;
  readonly all: boolean;
  readonly paths: readonly string[];
}

/** How to get from one object to others; without `path` it refers by name to one that has it. */
export interface Selection {
  readonly name: string | undefined;
  readonly type: string;
  readonly path: string | undefined;
  readonly skip: boolean;
  readonly next: readonly Selection[];
}

export interface ObjectSpec {
  readonly obj: Ref;
  readonly skip: boolean;
  readonly selections: readonly Selection[];
}

/** A PropertyFilterSpec as it was given. */
export interface FilterSpec {
  readonly properties: readonly PropertySpec[];
  readonly objects: readonly ObjectSpec[];
  readonly skipMissing: boolean;
}

const propertySpec = (element: XmlElement): PropertySpec => ({
  type: element.required("type").trim(),
  all: element.flag("all") ?? false,
  paths: element.all("pathSet").map((path) => path.text.trim()),
});

const selection = (element: XmlElement): Selection => {
  const isTraversal = element.xsiType === "TraversalSpec" || (element.xsiType === undefined && element.child("path") !== undefined);
  return {
    name: element.textOf("name")?.trim(),
    type: isTraversal ? element.required("type").trim() : "",
    path: isTraversal ? element.required("path").trim() : undefined,
    skip: element.flag("skip") ?? false,
    next: element.all("selectSet").map(selection),
  };
};

const objectSpec = (element: XmlElement): ObjectSpec => ({
  obj: element.requiredRef("obj"),
  skip: element.flag("skip") ?? false,
  selections: element.all("selectSet").map(selection),
});

/** Reads a PropertyFilterSpec; fault `InvalidArgument` when what it needs is missing. */
export const readFilterSpec = (element: XmlElement): FilterSpec => {
  const properties = element.all("propSet").map(propertySpec);
  const objects = element.all("objectSet").map(objectSpec);
  if (properties.length === 0) throw invalidArgument("propSet", "at least one is required");
  if (objects.length === 0) throw invalidArgument("objectSet", "at least one is required");
  return { properties, objects, skipMissing: element.flag("reportMissingObjectsInResults") ?? false };
};
