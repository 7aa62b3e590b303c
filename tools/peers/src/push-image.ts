import { createHash } from "node:crypto";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** What is pushed: one layer, as an uncompressed tar. */
export interface PushedImage {
  readonly repository: string;
  readonly tag: string;
  readonly layer: Buffer;
  /** Of the image's config. */
  readonly entrypoint: readonly string[];
}

const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const refused = (what: string, answer: Response): KuberaError =>
  new KuberaError("PEER_UNAVAILABLE", {
    what: `the registry of the peers takes no ${what}`,
    where: answer.url,
    because: `it answered ${answer.status}`,
    fix: "Read what the registry has logged.",
  });

const pushBlob = async (repository: string, bytes: Buffer): Promise<{ digest: string; size: number }> => {
  const digest = digestOf(bytes);
  const base = `${repository}/blobs/uploads/`;
  const opened = await fetch(base, { method: "POST" });
  const location = opened.headers.get("location");
  if (location === null) throw refused("upload", opened);
  const target = new URL(location, base);
  target.searchParams.set("digest", digest);
  const put = await fetch(target, { method: "PUT", headers: { "content-type": "application/octet-stream" }, body: new Uint8Array(bytes) });
  if (!put.ok) throw refused("blob", put);
  return { digest, size: bytes.length };
};

/** Pushes an image to a registry that speaks plain HTTP. Error: `PEER_UNAVAILABLE`. */
export const pushImage = async (registry: string, { repository, tag, layer, entrypoint }: PushedImage): Promise<void> => {
  const base = `${registry}/v2/${repository}`;
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      os: "linux",
      config: { Entrypoint: entrypoint },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...(await pushBlob(base, config)) },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...(await pushBlob(base, layer)) }],
  };
  const headers = { "content-type": manifest.mediaType };
  const put = await fetch(`${base}/manifests/${tag}`, { method: "PUT", headers, body: JSON.stringify(manifest) });
  if (!put.ok) throw refused("manifest", put);
};
