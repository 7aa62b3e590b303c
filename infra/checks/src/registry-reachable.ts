import type { Check } from "./check.ts";
import type { EndpointOptions, RegistryReader } from "./ports.ts";
import { reach } from "./reachable.ts";

/** Whether the registry answers and lets us in. */
export const registryReachable = (registry: RegistryReader, { certificateUntil }: EndpointOptions = {}): Check => ({
  id: "registry-reachable",
  title: "the registry answers",
  subject: registry.url,
  run: (context) => reach({ call: (signal) => registry.ping({ signal }), certificateUntil }, `${registry.url} answered`, context),
});
