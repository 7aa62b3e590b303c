import { gzipSync } from "node:zlib";
import type { CatalogueImage } from "./catalogue.ts";
import { digestOf } from "./digest.ts";
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST, SIZE_ANNOTATION } from "./media-types.ts";
import { tarOf } from "./tar.ts";

export interface Manifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Buffer;
}

export interface BuiltImage {
  /** What the tag points to: a manifest, or an index over several. */
  readonly top: Manifest;
  readonly manifests: readonly Manifest[];
  readonly blobs: readonly Buffer[];
}

const CREATED = "2020-08-15T00:00:00Z";

const descriptor = (mediaType: string, bytes: Buffer): { mediaType: string; digest: string; size: number } => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

const manifestOf = (mediaType: string, content: object): Manifest => {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content }));
  return { mediaType, digest: digestOf(bytes), bytes };
};

const configOf = (image: CatalogueImage, architecture: string, tar: Buffer): Buffer =>
  Buffer.from(
    JSON.stringify({
      created: CREATED,
      architecture,
      os: "linux",
      config: { Entrypoint: [`/${image.repository.split("/").at(-1) ?? ""}`], Labels: { [SIZE_ANNOTATION]: String(image.sizeBytes) } },
      rootfs: { type: "layers", diff_ids: [digestOf(tar)] },
      history: [{ created: CREATED, created_by: "simulated data centre" }],
    }),
  );

const buildPlatform = (image: CatalogueImage, tag: string, architecture: string): { manifest: Manifest; blobs: readonly Buffer[] } => {
  const name = image.repository.split("/").at(-1) ?? "";
  const tar = tarOf(name, `${image.repository}:${tag} linux/${architecture}\n`);
  const layer = gzipSync(tar);
  const config = configOf(image, architecture, tar);
  const manifest = manifestOf(OCI_MANIFEST, {
    config: descriptor(OCI_CONFIG, config),
    layers: [descriptor(OCI_LAYER, layer)],
    annotations: { [SIZE_ANNOTATION]: String(image.sizeBytes) },
  });
  return { manifest, blobs: [layer, config] };
};

/** Makes the blobs and manifests of one tag; the same input gives the same digests. */
export const buildImage = (image: CatalogueImage, tag: string): BuiltImage => {
  const built = image.platforms.map((architecture) => ({ architecture, ...buildPlatform(image, tag, architecture) }));
  const manifests = built.map((platform) => platform.manifest);
  const blobs = built.flatMap((platform) => platform.blobs);
  const [only] = manifests;
  if (only !== undefined && manifests.length === 1) return { top: only, manifests, blobs };
  const index = manifestOf(OCI_INDEX, {
    manifests: built.map(({ manifest, architecture }) => ({
      ...descriptor(OCI_MANIFEST, manifest.bytes),
      platform: { architecture, os: "linux" },
    })),
  });
  return { top: index, manifests: [...manifests, index], blobs };
};
