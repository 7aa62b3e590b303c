import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** `tools/architecture.json`: who may import whom, and how large things may be. */
export interface Architecture {
  /** Folder of each room, and the rooms it may import. */
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly testsMayAlsoImport: readonly string[];
  /** Files, and folders with a closing slash, that may read the environment of the process. */
  readonly mayReadProcessEnv: readonly string[];
  readonly limits: { readonly fileLines: number; readonly medianLines: number; readonly entryNames: number };
}

/** A package: the nearest package.json above its files. Paths are relative to the repository, with slashes. */
export interface Package {
  readonly folder: string;
  readonly name: string;
  /** What importers may name: "." or "./subpath", with the file behind it; `*` stands for any one part. */
  readonly exports: Readonly<Record<string, string>>;
  readonly dependencies: ReadonlySet<string>;
  readonly devDependencies: ReadonlySet<string>;
}

export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly room: string;
  readonly package: Package;
}

/** Everything the checks look at, read once. */
export interface House {
  readonly root: string;
  readonly architecture: Architecture;
  readonly packages: readonly Package[];
  readonly sources: readonly SourceFile[];
}

/** A rule that is broken: where, and what to do about it. */
export interface Violation {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

export const ARCHITECTURE_FILE = "tools/architecture.json";
const PASSED_OVER = new Set(["node_modules", ".git", "_artifacts", "test-results"]);
const SOURCE = /\.(ts|mts|mjs|js)$/;

/** Files below a folder, in a stable order. */
export const filesBelow = (root: string, folder: string): string[] => {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !PASSED_OVER.has(entry.name))
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((entry) => {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(root, path);
      return entry.isFile() ? [path] : [];
    });
};

interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const readPackage = (root: string, folder: string): Package => {
  const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
  return {
    folder,
    name: manifest.name ?? folder,
    exports: manifest.exports ?? {},
    dependencies: new Set(Object.keys(manifest.dependencies ?? {})),
    devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
  };
};

const nearestPackage = (root: string, path: string): string => {
  let folder = dirname(path);
  while (folder !== "." && !existsSync(join(root, folder, "package.json"))) folder = dirname(folder);
  return folder === "." ? "" : folder;
};

/** Reads every room that `tools/architecture.json` names. */
export const readHouse = (root: string): House => {
  const architecture = JSON.parse(readFileSync(join(root, ARCHITECTURE_FILE), "utf8")) as Architecture;
  const packages = new Map<string, Package>();
  const packageAt = (folder: string): Package => {
    const known = packages.get(folder) ?? readPackage(root, folder);
    packages.set(folder, known);
    return known;
  };
  for (const room of Object.keys(architecture.rooms)) packageAt(nearestPackage(root, `${room}/package.json`));
  const sources = Object.keys(architecture.rooms).flatMap((room) =>
    filesBelow(root, room)
      .filter((path) => SOURCE.test(path))
      .map((path) => ({ path, room, text: readFileSync(join(root, path), "utf8"), package: packageAt(nearestPackage(root, path)) })),
  );
  return { root, architecture, packages: [...packages.values()], sources };
};

/** Whether a file is a test of its room, or a spec. */
export const isTest = ({ path, room }: Pick<SourceFile, "path" | "room">): boolean =>
  room === "tests" || relative(room, path).split("/").includes("test") || /\.(test|contract|spec)\.ts$/.test(path);
