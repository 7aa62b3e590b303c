import { randomUUID } from "node:crypto";
import { RegistryError } from "./registry-error.ts";

/** Uploads that have begun and are not finished. */
export class Uploads {
  readonly #open = new Map<string, { readonly name: string; readonly chunks: Buffer[] }>();

  begin(name: string): string {
    const id = randomUUID();
    this.#open.set(id, { name, chunks: [] });
    return id;
  }

  /** Appends and returns the new length; a Content-Range that does not continue where the upload stands is refused. */
  append(id: string, name: string, chunk: { readonly bytes: Buffer; readonly contentRange?: string | undefined }): number {
    const length = this.length(id, name);
    const start = /^(?:bytes )?(\d+)-\d+/.exec(chunk.contentRange ?? "")?.[1];
    if (start !== undefined && Number(start) !== length) throw new RegistryError("RANGE_INVALID", { expected: length, got: Number(start) });
    this.#find(id, name).push(chunk.bytes);
    return length + chunk.bytes.length;
  }

  length(id: string, name: string): number {
    return this.#find(id, name).reduce((sum, chunk) => sum + chunk.length, 0);
  }

  bytes(id: string, name: string): Buffer {
    return Buffer.concat(this.#find(id, name));
  }

  end(id: string, name: string): void {
    this.#find(id, name);
    this.#open.delete(id);
  }

  #find(id: string, name: string): Buffer[] {
    const upload = this.#open.get(id);
    if (upload === undefined || upload.name !== name) throw new RegistryError("BLOB_UPLOAD_UNKNOWN", { uuid: id });
    return upload.chunks;
  }
}
