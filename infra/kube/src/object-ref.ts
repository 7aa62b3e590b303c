import type { Manifest, ObjectRef } from "./kube-client.ts";

/** What names the object of a manifest. */
export const refOf = ({ apiVersion, kind, metadata }: Manifest): ObjectRef => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
});
