import { link, readdir, readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "@kubera-e2e/lifecycle/write-whole";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { leaseRecordSchema, type LeaseRecord } from "@kubera-e2e/schema/lease";
import { firstLine } from "@kubera-e2e/schema/first-line";
import { unreadable } from "./lease-errors.ts";
import type { LeaseRegister, Registered } from "./lease-register.ts";

/** Older records are nobody's evidence any more. */
const KEPT_RECORDS = 10;
/** What a process that died between two calls has left. */
const STALE_DRAFT_MS = 3_600_000;
const READ_ATTEMPTS = 5;

const isCode = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;

/**
 * Records in a folder that all its users share: `<bed>/<number>.json`, each written once and never changed, the highest being the truth.
 * Whoever creates the next number has written; `link` lets one of many do so, and there is no lock that could be left behind.
 */
export class FileRegister implements LeaseRegister {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(bed: string): Promise<Registered> {
    let missing: unknown;
    for (let attempt = 1; attempt <= READ_ATTEMPTS; attempt += 1) {
      const newest = (await this.#numbers(bed)).at(-1);
      if (newest === undefined) return { version: undefined };
      const file = this.#fileOf(bed, newest);
      try {
        return { record: parse(bed, file, await readFile(file, "utf8")), version: String(newest) };
      } catch (error) {
        if (!isCode(error, "ENOENT")) throw error;
        // It is forgotten only when there are newer ones.
        missing = error;
      }
    }
    throw missing;
  }

  async write(record: LeaseRecord, version: string | undefined): Promise<boolean> {
    const number = Number(version ?? 0) + 1;
    const { bed } = record;
    if (!(await this.#create(this.#fileOf(bed, number), record))) return false;
    const numbers = await this.#numbers(bed);
    // A writer that stood still for long may create a number that was forgotten since.
    const isNewest = numbers.at(-1) === number;
    await this.#forget(bed, isNewest ? numbers.slice(0, -KEPT_RECORDS) : [number]);
    return isNewest;
  }

  /** Whether this file is the first of its name. */
  async #create(file: string, record: LeaseRecord): Promise<boolean> {
    const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}.draft`;
    await writeWhole(draft, `${JSON.stringify(record)}\n`).catch((error: unknown) => {
      throw unwritable(this.#folder, error);
    });
    try {
      await link(draft, file);
      return true;
    } catch (error) {
      // A network file system may answer a repeated call with EEXIST, although the first one took effect.
      if ((await stat(draft)).nlink === 2) return true;
      if (isCode(error, "EEXIST")) return false;
      throw unwritable(this.#folder, error);
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** Numbers of the records of a bed, newest last. */
  async #numbers(bed: string): Promise<number[]> {
    return (await this.#entries(bed))
      .flatMap((entry) => (/^\d+\.json$/.test(entry) ? [Number.parseInt(entry, 10)] : []))
      .toSorted((a, b) => a - b);
  }

  async #entries(bed: string): Promise<string[]> {
    // Who only looks leaves nothing behind.
    return readdir(join(this.#folder, bed)).catch((error: unknown) => {
      if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return [];
      throw error;
    });
  }

  async #forget(bed: string, numbers: readonly number[]): Promise<void> {
    const old = numbers.map((number) => this.#fileOf(bed, number));
    const drafts = (await this.#entries(bed))
      .filter((entry) => /\.(draft|part)$/.test(entry))
      .map((entry) => join(this.#folder, bed, entry));
    const stale = await Promise.all(drafts.map(isStale));
    await Promise.all([...old, ...drafts.filter((_, index) => stale[index])].map((file) => rm(file, { force: true })));
  }

  #fileOf(bed: string, number: number): string {
    return join(this.#folder, bed, `${number}.json`);
  }
}

const isStale = async (file: string): Promise<boolean> => {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > STALE_DRAFT_MS;
};

const parse = (bed: string, file: string, text: string): LeaseRecord => {
  try {
    return leaseRecordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(bed, { where: file, thing: "the file" }, cause);
  }
};

const unwritable = (folder: string, cause: unknown): KuberaError =>
  new KuberaError("SETTING_INVALID", {
    what: "the folder for leases cannot be written, so no bed can be held",
    where: folder,
    because: firstLine(cause),
    fix: "Set KUBERA_STORE to a folder that you may write and that all users of the bed share; the default is in the home folder.",
    cause,
  });
