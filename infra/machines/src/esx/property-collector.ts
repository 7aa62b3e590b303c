import { refOf, refXml, type ManagedObject } from "./managed-object.ts";
import type { Session } from "./session.ts";
import { isFault, readLocalizedFault, type SoapFault } from "./soap-fault.ts";
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

/** The fault of the first property that the server did not give. */
const missingFault = (object: XmlElement): SoapFault | undefined => {
  for (const missing of object.all("missingSet")) {
    const fault = missing.find("fault");
    if (fault !== undefined) return readLocalizedFault(`RetrievePropertiesEx of ${missing.textOf("path")}`, fault);
  }
  return undefined;
};

// Without a session the call itself succeeds, and each property is missing for that reason.
const verifySession = (answer: readonly XmlElement[]): void => {
  const faults = answer.flatMap((page) => page.all("objects")).map(missingFault);
  const dead = faults.find((fault) => isFault(fault, "NotAuthenticated"));
  if (dead !== undefined) throw dead;
};

const readObject = (element: XmlElement): ObjectContent => {
  const fault = missingFault(element);
  if (fault !== undefined) throw fault;
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
  let [page] = await session.call({
    method: "RetrievePropertiesEx",
    self: propertyCollector,
    args,
    signal,
    reads: true,
    verify: verifySession,
  });
  const found: ObjectContent[] = [];
  for (;;) {
    found.push(...(page?.all("objects") ?? []).map(readObject));
    const token = page?.textOf("token") ?? "";
    if (token === "") return found;
    [page] = await session.call({ method: "ContinueRetrievePropertiesEx", self: propertyCollector, args: [leaf("token", token)], signal });
  }
};
