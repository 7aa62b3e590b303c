import { KuberaError } from "@kubera-e2e/schema/kubera-error";

/** `mayadata/maya-io-server:1.12.0` below one registry, taken apart. `reference` is a tag or a digest. */
export interface ImageName {
  readonly repository: string;
  readonly reference: string;
}

const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

const invalid = (text: string, because: string): KuberaError =>
  new KuberaError("REGISTRY_REFUSED", {
    what: `"${text}" is no name of an image`,
    where: "the name as it was given",
    because,
    fix: "Write repository:tag or repository@sha256:…, without the registry's host.",
  });

export const checkRepository = (repository: string): string => {
  if (REPOSITORY.test(repository)) return repository;
  throw invalid(repository, "a repository is lower-case letters and digits in parts, joined by . _ - and /");
};

export const checkReference = (reference: string): string => {
  if (TAG.test(reference) || DIGEST.test(reference)) return reference;
  throw invalid(reference, "a reference is a tag of at most 128 letters, or a digest with its algorithm");
};

/** An image below its registry. Error: `REGISTRY_REFUSED` for a name that no registry could hold. */
export const parseImageName = (text: string): ImageName => {
  const at = text.indexOf("@");
  if (at >= 0) return { repository: checkRepository(text.slice(0, at)), reference: checkReference(text.slice(at + 1)) };
  const colon = text.lastIndexOf(":");
  if (colon < 0) throw invalid(text, "it has neither a tag nor a digest, and latest is never guessed");
  return { repository: checkRepository(text.slice(0, colon)), reference: checkReference(text.slice(colon + 1)) };
};
