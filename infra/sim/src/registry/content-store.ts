import type { Catalogue, CatalogueImage } from "./catalogue.ts";
import { digestOf, isDigest } from "./digest.ts";
import { buildImage, type Manifest } from "./image-builder.ts";
import { RegistryError } from "./registry-error.ts";

interface Repository {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, Manifest>;
  readonly tags: Map<string, string>;
  /** Tags of the catalogue that nobody has asked for yet. */
  readonly unbuilt: Map<string, CatalogueImage>;
}

const emptyRepository = (): Repository => ({ blobs: new Map(), manifests: new Map(), tags: new Map(), unbuilt: new Map() });

/** Repositories in memory: pushed content, and the catalogue's, which is made when somebody asks for it. */
export class ContentStore {
  readonly #repositories = new Map<string, Repository>();

  constructor(catalogue: Catalogue) {
    for (const image of catalogue) {
      const repository = this.#open(image.repository);
      for (const tag of image.tags) repository.unbuilt.set(tag, image);
    }
  }

  names(): readonly string[] {
    return [...this.#repositories.keys()].toSorted();
  }

  tags(name: string): readonly string[] {
    const repository = this.#known(name);
    return [...new Set([...repository.tags.keys(), ...repository.unbuilt.keys()])].toSorted();
  }

  manifest(name: string, reference: string): Manifest {
    const repository = this.#known(name);
    if (isDigest(reference)) this.#buildAll(repository);
    else this.#build(repository, reference);
    const found = repository.manifests.get(repository.tags.get(reference) ?? reference);
    if (found === undefined) throw new RegistryError("MANIFEST_UNKNOWN", { name, reference });
    return found;
  }

  hasManifest(name: string, digest: string): boolean {
    return this.#repositories.get(name)?.manifests.has(digest) === true;
  }

  blob(name: string, digest: string): Buffer {
    const repository = this.#known(name);
    if (!repository.blobs.has(digest)) this.#buildAll(repository);
    const found = repository.blobs.get(digest);
    if (found === undefined) throw new RegistryError("BLOB_UNKNOWN", { digest });
    return found;
  }

  /** Undefined instead of an error when either the repository or the blob is missing. */
  findBlob(name: string, digest: string): Buffer | undefined {
    return this.#repositories.has(name) ? this.#repositories.get(name)?.blobs.get(digest) : undefined;
  }

  putBlob(name: string, bytes: Buffer): string {
    const digest = digestOf(bytes);
    this.#open(name).blobs.set(digest, bytes);
    return digest;
  }

  putManifest(name: string, reference: string, manifest: Manifest): void {
    const repository = this.#open(name);
    repository.manifests.set(manifest.digest, manifest);
    if (isDigest(reference)) return;
    repository.unbuilt.delete(reference);
    repository.tags.set(reference, manifest.digest);
  }

  /** By digest the manifest goes with all its tags, by tag only the tag. */
  deleteManifest(name: string, reference: string): void {
    const { digest } = this.manifest(name, reference);
    const repository = this.#known(name);
    if (!isDigest(reference)) {
      repository.tags.delete(reference);
      return;
    }
    repository.manifests.delete(digest);
    for (const [tag, target] of repository.tags) if (target === digest) repository.tags.delete(tag);
  }

  #open(name: string): Repository {
    const found = this.#repositories.get(name) ?? emptyRepository();
    this.#repositories.set(name, found);
    return found;
  }

  #known(name: string): Repository {
    const found = this.#repositories.get(name);
    if (found === undefined) throw new RegistryError("NAME_UNKNOWN", { name });
    return found;
  }

  #build(repository: Repository, tag: string): void {
    const image = repository.unbuilt.get(tag);
    if (image === undefined) return;
    repository.unbuilt.delete(tag);
    const built = buildImage(image, tag);
    for (const blob of built.blobs) repository.blobs.set(digestOf(blob), blob);
    for (const manifest of built.manifests) repository.manifests.set(manifest.digest, manifest);
    repository.tags.set(tag, built.top.digest);
  }

  #buildAll(repository: Repository): void {
    for (const tag of repository.unbuilt.keys()) this.#build(repository, tag);
  }
}
