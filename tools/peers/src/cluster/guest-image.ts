import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { command } from "./commands.ts";
import { REGISTRY } from "./plan.ts";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

const REPOSITORY = "guest";
export const GUEST_IMAGE = `${REGISTRY}/${REPOSITORY}:1`;

const digestOf = (bytes: Buffer): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

const refused = (what: string, answer: Response): KuberaError =>
  new KuberaError("PEER_UNAVAILABLE", {
    what: `the registry of the peers takes no ${what}`,
    where: answer.url,
    because: `it answered ${answer.status}`,
    fix: "Read registry.log among the logs of the peers.",
  });

const pushBlob = async (bytes: Buffer): Promise<{ digest: string; size: number }> => {
  const digest = digestOf(bytes);
  const base = `http://${REGISTRY}/v2/${REPOSITORY}/blobs/uploads/`;
  const opened = await fetch(base, { method: "POST" });
  const location = opened.headers.get("location");
  if (location === null) throw refused("upload", opened);
  const target = new URL(location, base);
  target.searchParams.set("digest", digest);
  const put = await fetch(target, { method: "PUT", headers: { "content-type": "application/octet-stream" }, body: new Uint8Array(bytes) });
  if (!put.ok) throw refused("blob", put);
  return { digest, size: bytes.length };
};

/** Pushes the program that runs in pods as an image of one layer. */
export const pushGuest = async (binary: string, folder: string): Promise<void> => {
  const tar = `${folder}/guest.tar`;
  await command(
    "tar",
    "--create",
    "--file",
    tar,
    "--owner=0",
    "--group=0",
    "--mtime=@0",
    "-C",
    binary.slice(0, -basename(binary).length),
    basename(binary),
  );
  const layer = await readFile(tar);
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === "x64" ? "amd64" : process.arch,
      os: "linux",
      config: { Entrypoint: [`/${basename(binary)}`] },
      rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", ...(await pushBlob(config)) },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", ...(await pushBlob(layer)) }],
  };
  const put = await fetch(`http://${REGISTRY}/v2/${REPOSITORY}/manifests/1`, {
    method: "PUT",
    headers: { "content-type": manifest.mediaType },
    body: JSON.stringify(manifest),
  });
  if (!put.ok) throw refused("manifest", put);
};
