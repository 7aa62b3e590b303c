export { openRegistry, type OpenRegistryOptions } from "./open-registry.ts";
export type { ManifestHead, RegistryClient } from "./registry-client.ts";
export { parseImageName, type ImageName } from "./reference.ts";
