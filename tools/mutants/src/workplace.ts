import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Edit } from "./catalogue.ts";
import { mutate } from "./source-edit.ts";

const LEFT_OUT = new Set([".git", "_artifacts", "node_modules/.pnpm", "node_modules/.cache"]);

/** A copy of the repository as it lies here, in which mutants may live; libraries are those of the original. */
export interface Workplace {
  readonly root: string;
  /** Runs with the edits made, each in a file of its own, and takes them back. Throws when one cannot be made. */
  readonly mutated: <T>(edits: readonly Edit[], run: () => Promise<T>) => Promise<T>;
  readonly remove: () => void;
}

const changeOf = (root: string, edit: Edit) => {
  const path = join(root, edit.file);
  const before = readFileSync(path, "utf8");
  const after = mutate(before, edit);
  if ("fault" in after) throw new Error(after.fault);
  return { path, before, after: after.source };
};

export const openWorkplace = (repository: string): Workplace => {
  const root = mkdtempSync(join(tmpdir(), "kubera-mutants-"));
  const filter = (path: string): boolean => !LEFT_OUT.has(relative(repository, path));
  cpSync(repository, root, { recursive: true, verbatimSymlinks: true, filter });
  symlinkSync(join(repository, "node_modules", ".pnpm"), join(root, "node_modules", ".pnpm"));
  // What was interrupted may write a moment longer.
  const remove = () => rmSync(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  process.once("exit", remove);
  return {
    root,
    async mutated(edits, run) {
      const changes = edits.map((edit) => changeOf(root, edit));
      for (const { path, after } of changes) writeFileSync(path, after);
      try {
        return await run();
      } finally {
        for (const { path, before } of changes) writeFileSync(path, before);
      }
    },
    remove,
  };
};
