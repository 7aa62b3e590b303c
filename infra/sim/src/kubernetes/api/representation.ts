import { ApiStatusError } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import { tableOf, type TableOptions } from "../printing/table.ts";
import type { Answer, Call } from "./call.ts";
import type { Target } from "./target.ts";
import { inVersion, listJson, objectJson, type ListMeta } from "./wire-json.ts";

type Shape = "object" | "table" | "metadata";

interface Accepted {
  readonly type: string;
  readonly as: string | undefined;
  readonly version: string | undefined;
}

const accepted = (header: string | undefined): Accepted[] =>
  (header ?? "*/*").split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim());
    const read = (name: string): string | undefined =>
      parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
    return { type, as: read("as"), version: read("v") };
  });

const isJson = (range: Accepted): boolean => ["application/json", "application/*", "*/*"].includes(range.type);

const shapeOf = (range: Accepted): Shape | undefined => {
  if (!isJson(range)) return undefined;
  if (range.as === undefined) return "object";
  if (range.version !== "v1") return undefined;
  if (range.as === "Table") return "table";
  return range.as.startsWith("PartialObjectMetadata") ? "metadata" : undefined;
};

/** The first shape of the Accept header that this server can give. Errors: 406 when there is none. */
const shapeWanted = (header: string | undefined): Shape => {
  for (const range of accepted(header)) {
    const shape = shapeOf(range);
    if (shape !== undefined) return shape;
  }
  throw new ApiStatusError({
    code: 406,
    reason: "NotAcceptable",
    message: "only the following media types are accepted: application/json",
  });
};

const partial = (object: KubeObject): KubeObject => ({
  apiVersion: "meta.k8s.io/v1",
  kind: "PartialObjectMetadata",
  metadata: object.metadata,
});

export interface View {
  readonly target: Target;
  readonly shape: Shape;
  readonly table: TableOptions;
}

export const viewOf = (call: Call, target: Target): View => {
  const shape = shapeWanted(call.request.headers.accept);
  const include = call.url.searchParams.get("includeObject");
  const definitions = call.process.store.list(call.process.store.resource("CustomResourceDefinition"));
  const definition = target.custom
    ? definitions.find(({ metadata }) => metadata.name === `${target.resource.plural}.${target.resource.group}`)
    : undefined;
  const table = {
    kind: target.resource.kind,
    include: include === "Object" || include === "None" ? include : "Metadata",
    nowMs: call.process.now(),
    definition,
    version: target.version,
  } as const;
  return { target, shape, table };
};

/** One object in the shape the client asked for, as JSON text without line end. */
export const oneJson = (object: KubeObject, view: View, withColumns = true): string => {
  if (view.shape === "metadata") return JSON.stringify(partial(object));
  const seen = inVersion(object, view.target.resource, view.target.version);
  if (view.shape === "object") return objectJson(seen);
  return JSON.stringify(tableOf([seen], { ...view.table, withColumns, metadata: { resourceVersion: object.metadata.resourceVersion } }));
};

export const oneAnswer = (object: KubeObject, view: View, code = 200): Answer => ({ code, body: `${oneJson(object, view)}\n` });

export const listAnswer = (objects: readonly KubeObject[], view: View, metadata: ListMeta): Answer => {
  const { resource, version, custom } = view.target;
  if (view.shape === "object") return { code: 200, body: listJson(objects, { resource, version, custom, metadata }) };
  const body =
    view.shape === "table"
      ? tableOf(
          objects.map((object) => inVersion(object, resource, version)),
          { ...view.table, withColumns: true, metadata },
        )
      : { kind: "PartialObjectMetadataList", apiVersion: "meta.k8s.io/v1", metadata, items: objects.map(partial) };
  return { code: 200, body: `${JSON.stringify(body)}\n` };
};
