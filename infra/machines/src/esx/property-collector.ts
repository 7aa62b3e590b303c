import { refOf, refXml, type ManagedObject } from "./managed-object.ts";
import type { Session } from "./session.ts";
import { readLocalizedFault } from "./soap-fault.ts";
import { branch, leaf, type XmlElement } from "./xml.ts";

/** One object with the properties that the server gave. */
export interface ObjectContent {
  readonly ref: ManagedObject;
  readonly properties: ReadonlyMap<string, XmlElement>;
}

export interface PropertyQuery {
  readonly type: string;
  readonly paths: readonly string[];
  readonly objects: readonly ManagedObject[];
  /** A container view among `objects` stands for what is in it. */
  readonly throughView?: boolean;
  readonly signal?: AbortSignal | undefined;
}

const PAGE = 500;

const VIEW_TRAVERSAL = branch(
  "selectSet",
  [leaf("name", "view"), leaf("type", "ContainerView"), leaf("path", "view"), leaf("skip", false)],
  "TraversalSpec",
);

/** The PropertyFilterSpec of a query, under the element name that its method wants. */
export const filterSpec = (name: string, { type, paths, objects, throughView = false }: PropertyQuery): string =>
  branch(name, [
    branch("propSet", [leaf("type", type), leaf("all", false), ...paths.map((path) => leaf("pathSet", path))]),
    ...objects.map((object) =>
      branch("objectSet", [refXml("obj", object), leaf("skip", throughView), ...(throughView ? [VIEW_TRAVERSAL] : [])]),
    ),
  ]);

const readObject = (element: XmlElement): ObjectContent => {
  const missing = element.all("missingSet").find((item) => item.textOf("fault", "fault") !== "" || item.find("fault") !== undefined);
  const fault = missing?.find("fault");
  if (missing !== undefined && fault !== undefined) throw readLocalizedFault(`RetrievePropertiesEx of ${missing.textOf("path")}`, fault);
  const properties = element.all("propSet").map((item): [string, XmlElement] | undefined => {
    const value = item.find("val");
    return value === undefined ? undefined : [item.textOf("name"), value];
  });
  const ref = element.find("obj");
  return {
    ref: ref === undefined ? { type: "", value: "" } : refOf(ref),
    properties: new Map(properties.filter((item) => item !== undefined)),
  };
};

/** All objects of a query, page by page. */
export const retrieve = async (session: Session, query: PropertyQuery): Promise<ObjectContent[]> => {
  if (query.objects.length === 0) return [];
  const { propertyCollector } = await session.content();
  const { signal } = query;
  const args = [filterSpec("specSet", query), branch("options", [leaf("maxObjects", PAGE)])];
  let [page] = await session.call({ method: "RetrievePropertiesEx", self: propertyCollector, args, signal, reads: true });
  const found: ObjectContent[] = [];
  for (;;) {
    found.push(...(page?.all("objects") ?? []).map(readObject));
    const token = page?.textOf("token") ?? "";
    if (token === "") return found;
    [page] = await session.call({ method: "ContinueRetrievePropertiesEx", self: propertyCollector, args: [leaf("token", token)], signal });
  }
};
