import { listAt, textAt, type JsonRecord } from "./json.ts";

export interface OpenebsWish {
  readonly namespace: string;
  readonly version: string;
  /** Ends with a slash; images are `<prefix><component>:<version>`. */
  readonly imagePrefix: string;
  readonly defaultDirectory: string;
  readonly includeDevices: readonly string[];
  readonly excludeDevices: readonly string[];
  readonly cpuLimit?: string;
  readonly memoryLimit?: string;
}

const API_VERSION = "dao.mayadata.io/v1alpha1";
const KIND = "OpenEBS";

const limitsOf = ({ cpuLimit, memoryLimit }: OpenebsWish): JsonRecord => ({
  ...(cpuLimit !== undefined && { cpu: cpuLimit }),
  ...(memoryLimit !== undefined && { memory: memoryLimit }),
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
    ndmDaemon: { filters: { path: { include: wish.includeDevices, exclude: wish.excludeDevices } } },
  },
});

const texts = (values: readonly unknown[]): string[] => values.filter((value): value is string => typeof value === "string");

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
    includeDevices: texts(listAt(manifest, "spec", "ndmDaemon", "filters", "path", "include")),
    excludeDevices: texts(listAt(manifest, "spec", "ndmDaemon", "filters", "path", "exclude")),
    ...(cpuLimit !== undefined && { cpuLimit }),
    ...(memoryLimit !== undefined && { memoryLimit }),
  };
};
