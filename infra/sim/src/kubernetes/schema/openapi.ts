import type { ServedResource } from "../resource-table.ts";
import { KUBERNETES_VERSION } from "./kubernetes-version.ts";

const INFO = { title: "Kubernetes", version: KUBERNETES_VERSION };

const groupVersionPath = (group: string, version: string): string => (group === "" ? `api/${version}` : `apis/${group}/${version}`);

/** What kubectl looks for before it leaves the validation of fields to the server. */
const FIELD_VALIDATION = {
  name: "fieldValidation",
  in: "query",
  description: "How the server treats unknown and duplicate fields: Ignore, Warn or Strict.",
  schema: { type: "string", uniqueItems: true },
};

const operation = (resource: ServedResource, version: string, action: string): object => ({
  tags: [resource.group === "" ? `core_${version}` : `${resource.group}_${version}`],
  operationId: `${action}${resource.namespaced ? "Namespaced" : ""}${resource.kind}`,
  parameters: [
    { name: "dryRun", in: "query", schema: { type: "string", uniqueItems: true } },
    { name: "fieldManager", in: "query", schema: { type: "string", uniqueItems: true } },
    FIELD_VALIDATION,
  ],
  responses: { "200": { description: "OK" } },
  "x-kubernetes-action": action,
  "x-kubernetes-group-version-kind": { group: resource.group, version, kind: resource.kind },
});

const pathsOf = (resource: ServedResource, version: string): [string, object][] => {
  const base = `/${groupVersionPath(resource.group, version)}/${resource.namespaced ? "namespaces/{namespace}/" : ""}${resource.plural}`;
  return [
    [base, { post: operation(resource, version, "post") }],
    [`${base}/{name}`, { put: operation(resource, version, "put"), patch: operation(resource, version, "patch") }],
  ];
};

/** `/openapi/v3`: where the description of each group version lies; undefined as long as none is asked for. */
export const openApiIndex = (resources: readonly ServedResource[]): object => {
  const paths = resources.flatMap((resource) => resource.versions.map((version) => groupVersionPath(resource.group, version)));
  const unique = [...new Set(paths)];
  return { paths: Object.fromEntries(unique.map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=SIMULATED` }])) };
};

/** The description of one group version: its operations, without the shapes of the objects. Undefined when it is not served. */
export const openApiOf = (resources: readonly ServedResource[], path: string): object | undefined => {
  const described = resources.flatMap((resource) =>
    resource.versions
      .filter((version) => groupVersionPath(resource.group, version) === path)
      .flatMap((version) => pathsOf(resource, version)),
  );
  if (described.length === 0) return undefined;
  return { openapi: "3.0.0", info: INFO, paths: Object.fromEntries(described), components: { schemas: {} } };
};

/** OpenAPI v2 without shapes: old clients then validate nothing on their side and the server does. */
export const openApiV2 = (): object => ({ swagger: "2.0", info: INFO, paths: {}, definitions: {} });

const field = (number: number, value: Buffer): Buffer => {
  if (value.length > 127) throw new Error("this field would need a longer length");
  return Buffer.concat([Buffer.from([(number << 3) | 2, value.length]), value]);
};

/** The same as protobuf (gnostic's `openapi.v2.Document`): swagger = 1, info = 2 (title = 1, version = 2), paths = 8, definitions = 9. */
export const openApiV2Protobuf = (): Buffer => {
  const info = Buffer.concat([field(1, Buffer.from(INFO.title)), field(2, Buffer.from(INFO.version))]);
  const empty = Buffer.alloc(0);
  return Buffer.concat([field(1, Buffer.from("2.0")), field(2, info), field(8, empty), field(9, empty)]);
};
