import { DEFAULT_FILTERS, type DeviceFilters } from "./device-filters.ts";
import { at, listAt, textAt, type JsonRecord } from "./json.ts";

export interface OpenebsWish {
  readonly namespace: string;
  readonly version: string;
  /** Ends with a slash; images are `<prefix><component>:<version>`. */
  readonly imagePrefix: string;
  readonly defaultDirectory: string;
  readonly filters: DeviceFilters;
  readonly cpuLimit?: string;
  readonly memoryLimit?: string;
}

const API_VERSION = "dao.mayadata.io/v1alpha1";
const KIND = "OpenEBS";

const limitsOf = ({ cpuLimit, memoryLimit }: OpenebsWish): JsonRecord => ({
  ...(cpuLimit !== undefined && { cpu: cpuLimit }),
  ...(memoryLimit !== undefined && { memory: memoryLimit }),
});

const filtersField = ({ systemMounts, excludedVendors, includedPaths, excludedPaths }: DeviceFilters): JsonRecord => ({
  osDisk: { exclude: systemMounts },
  vendor: { exclude: excludedVendors },
  path: { include: includedPaths, exclude: excludedPaths },
});

/** The custom resource by which Director tells its openebs-manager what to install. */
export const openebsManifest = (wish: OpenebsWish): JsonRecord => ({
  apiVersion: API_VERSION,
  kind: KIND,
  metadata: { name: "openebs", namespace: wish.namespace },
  spec: {
    version: wish.version,
    imagePrefix: wish.imagePrefix,
    defaultStoragePath: wish.defaultDirectory,
    createDefaultStorageConfig: true,
    resources: { limits: limitsOf(wish) },
    ndmDaemon: { filters: filtersField(wish.filters) },
  },
});

const texts = (values: readonly unknown[]): string[] => values.filter((value): value is string => typeof value === "string");

const filtersOf = (manifest: unknown): DeviceFilters => {
  const given = (filter: string, field: "include" | "exclude", otherwise: readonly string[]): readonly string[] =>
    at(manifest, "spec", "ndmDaemon", "filters", filter) === undefined
      ? otherwise
      : texts(listAt(manifest, "spec", "ndmDaemon", "filters", filter, field));
  return {
    systemMounts: given("osDisk", "exclude", DEFAULT_FILTERS.systemMounts),
    excludedVendors: given("vendor", "exclude", DEFAULT_FILTERS.excludedVendors),
    includedPaths: given("path", "include", DEFAULT_FILTERS.includedPaths),
    excludedPaths: given("path", "exclude", DEFAULT_FILTERS.excludedPaths),
  };
};

/** What a manifest asks for; undefined when it is no such custom resource. */
export const wishOf = (manifest: unknown): OpenebsWish | undefined => {
  const [namespace, version] = [textAt(manifest, "metadata", "namespace"), textAt(manifest, "spec", "version")];
  const imagePrefix = textAt(manifest, "spec", "imagePrefix");
  const isOpenebs = textAt(manifest, "apiVersion") === API_VERSION && textAt(manifest, "kind") === KIND;
  if (!isOpenebs || namespace === undefined || version === undefined || imagePrefix === undefined) return undefined;
  const cpuLimit = textAt(manifest, "spec", "resources", "limits", "cpu");
  const memoryLimit = textAt(manifest, "spec", "resources", "limits", "memory");
  return {
    namespace,
    version,
    imagePrefix,
    defaultDirectory: textAt(manifest, "spec", "defaultStoragePath") ?? "/var/openebs",
    filters: filtersOf(manifest),
    ...(cpuLimit !== undefined && { cpuLimit }),
    ...(memoryLimit !== undefined && { memoryLimit }),
  };
};
