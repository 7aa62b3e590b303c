import { readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Redactor } from "@kubera-e2e/schema/redactor";

/** Passwords that are ordinary words stand in artifacts for themselves; to look for them would find nothing but them. */
const SHORTEST_SEARCHED = 8;
const KINDS = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
const FEWEST_KINDS = 2;

const isSearchable = (secret: string): boolean =>
  secret.length >= SHORTEST_SEARCHED && KINDS.filter((kind) => kind.test(secret)).length >= FEWEST_KINDS;

export interface MaskedArtifacts {
  /** Files that held a secret, relative to the folder; it is masked in them now. */
  readonly masked: readonly string[];
  /** Files that hold one and are not text, so that they stay as they are. */
  readonly tainted: readonly string[];
  /** How many secrets are too plain to be looked for. */
  readonly tooPlain: number;
}

/** Masks one file; text alone can be. */
const maskFile = async (file: string, redactor: Redactor): Promise<"clean" | "masked" | "tainted"> => {
  const bytes = await readFile(file);
  if (bytes.includes(0)) return redactor.finds(bytes.toString("latin1")) ? "tainted" : "clean";
  const text = bytes.toString("utf8");
  if (!redactor.finds(text)) return "clean";
  await writeFile(file, redactor.text(text), { flush: true });
  return "masked";
};

/** Looks for secrets in every file below a folder, raw, JSON-escaped, URL-encoded and in base64, and masks them where they stand. */
export const maskArtifacts = async (folder: string, secrets: Iterable<string>): Promise<MaskedArtifacts> => {
  const given = [...new Set(secrets)].filter((secret) => secret !== "");
  const searched = given.filter(isSearchable);
  const redactor = new Redactor(searched);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const found: Record<"clean" | "masked" | "tainted", string[]> = { clean: [], masked: [], tainted: [] };
  for (const file of files.toSorted()) found[await maskFile(file, redactor)].push(relative(folder, file));
  return { masked: found.masked, tainted: found.tainted, tooPlain: given.length - searched.length };
};
