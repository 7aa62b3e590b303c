import { z } from "zod";
import { digestOf, isDigest } from "./digest.ts";
import type { Manifest } from "./image-builder.ts";
import { MANIFEST_TYPES } from "./media-types.ts";
import { RegistryError } from "./registry-error.ts";
import type { Call } from "./routes.ts";

const descriptor = z.object({ mediaType: z.string(), digest: z.string(), size: z.number() });

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  config: descriptor.optional(),
  layers: z.array(descriptor).optional(),
  manifests: z.array(descriptor).optional(),
});

const parse = (bytes: Buffer): z.infer<typeof manifestSchema> => {
  try {
    return manifestSchema.parse(JSON.parse(bytes.toString("utf8")));
  } catch {
    throw new RegistryError("MANIFEST_INVALID", { reason: "not a manifest of schema version 2" });
  }
};

/** The manifest of a PUT, after proof that its digest is right and that everything it refers to is here. */
export const acceptManifest = (call: Call, name: string, reference: string): Manifest => {
  const parsed = parse(call.body);
  const mediaType = parsed.mediaType ?? call.request.headers["content-type"] ?? "";
  if (!MANIFEST_TYPES.includes(mediaType)) throw new RegistryError("MANIFEST_INVALID", { mediaType });
  const digest = digestOf(call.body);
  if (isDigest(reference) && reference !== digest) throw new RegistryError("DIGEST_INVALID", { expected: reference, got: digest });
  if (!isDigest(reference) && !/^\w[\w.-]{0,127}$/.test(reference)) throw new RegistryError("TAG_INVALID", { tag: reference });
  const blobs = [...(parsed.config === undefined ? [] : [parsed.config]), ...(parsed.layers ?? [])];
  const missing = [
    ...blobs.filter((blob) => call.content.findBlob(name, blob.digest) === undefined),
    ...(parsed.manifests ?? []).filter((child) => !call.content.hasManifest(name, child.digest)),
  ];
  if (missing[0] !== undefined) throw new RegistryError("MANIFEST_BLOB_UNKNOWN", { digest: missing[0].digest });
  return { mediaType, digest, bytes: call.body };
};
