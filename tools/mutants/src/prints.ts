import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Mutant } from "./catalogue.ts";

const printOf = (parts: readonly string[]): string => createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);

/** Of what decides about a mutant: itself, the source it is in, and the specs that name its ids. */
export const mutantPrint = ({ edit, red }: Mutant, root: string, specs: readonly string[]): string =>
  printOf([JSON.stringify([edit, red]), ...[edit.file, ...specs].map((file) => readFileSync(join(root, file), "utf8"))]);

const ROOMS = ["infra", "fixtures"];

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "node_modules" && name !== "test")
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => (entry.isDirectory() ? filesIn(join(folder, entry.name)) : entry.isFile() ? [join(folder, entry.name)] : []));

/** Of everything beside its spec that a run without a mutant depends on. */
export const roomsPrint = (root: string): string =>
  printOf(ROOMS.flatMap((room) => filesIn(join(root, room))).map((file) => readFileSync(file, "utf8")));

/** Of a case without a mutant. */
export const casePrint = (rooms: string, root: string, specs: readonly string[]): string =>
  printOf([rooms, ...specs.map((file) => readFileSync(join(root, file), "utf8"))]);
