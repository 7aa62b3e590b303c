import { builtinModules } from "node:module";
import { posix } from "node:path";
import { importsOf, type Import } from "./code-text.ts";
import { ARCHITECTURE_FILE, type House, isTest, type Package, type SourceFile, type Violation } from "./house.ts";

const BUILT_IN = new Set(builtinModules);

const packageName = (specifier: string): string => specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");

const isRelative = (specifier: string): boolean => specifier.startsWith(".");

const roomOf = (house: House, target: Package): string | undefined =>
  Object.keys(house.architecture.rooms).find((room) => target.folder === room || target.folder.startsWith(`${room}/`));

const isPublic = (target: Package, specifier: string): boolean => {
  const subpath = `.${specifier.slice(target.name.length)}`;
  return Object.keys(target.exports).some((door) => {
    const [before = "", after] = door.split("*");
    if (after === undefined) return door === subpath;
    const inside = subpath.slice(before.length, subpath.length - after.length);
    return subpath.startsWith(before) && subpath.endsWith(after) && inside !== "" && !inside.startsWith("src/");
  });
};

const direction = (house: House, source: SourceFile, target: Package): string[] => {
  const room = roomOf(house, target);
  if (room === undefined || room === source.room) return [];
  const { rooms, testsMayAlsoImport } = house.architecture;
  const allowed = rooms[source.room] ?? [];
  if (allowed.includes(room) || (isTest(source) && testsMayAlsoImport.includes(room))) return [];
  return [
    `${source.room} may not import ${room}. Take what it needs as an argument, or let ${room} import it. If the house shall change, change "${source.room}" in ${ARCHITECTURE_FILE} on purpose, in the same commit.`,
  ];
};

const deepImport = (target: Package, specifier: string): string[] =>
  isPublic(target, specifier)
    ? []
    : [
        `${specifier} is no door of ${target.name}. Import one of: ${Object.keys(target.exports).join(", ") || "none"}; a new door is added to "exports" in ${target.folder}/package.json on purpose.`,
      ];

/** A folder without a package of its own, such as tools, still is a room that nobody leaves by `..`. */
const boundary = (source: SourceFile): string => (source.package.folder === "" ? source.room : source.package.folder);

const escape = (source: SourceFile, specifier: string): string[] => {
  const target = posix.normalize(posix.join(posix.dirname(source.path), specifier));
  const inside = boundary(source);
  return target === inside || target.startsWith(`${inside}/`)
    ? []
    : [
        `${specifier} leaves ${inside}. Import the package by its name, through its door; whom it may import stands in ${ARCHITECTURE_FILE}.`,
      ];
};

const undeclared = (house: House, source: SourceFile, name: string): string[] => {
  const own = source.package;
  if (own.dependencies.has(name) || own.name === name) return [];
  const root = house.packages.find(({ folder }) => folder === "");
  const loose = isTest(source) || own.folder === "";
  if (loose && (own.devDependencies.has(name) || root?.devDependencies.has(name) === true)) return [];
  const manifest = own.folder === "" ? "package.json" : `${own.folder}/package.json`;
  return [`${name} is not declared. Add it to "${loose ? "devDependencies" : "dependencies"}" in ${manifest}.`];
};

const builtIn = (specifier: string): string[] =>
  specifier.startsWith("node:") ? [] : [`${specifier} is part of Node. Write "node:${specifier}".`];

const faultsOf = (house: House, source: SourceFile, { specifier }: Import): string[] => {
  if (isRelative(specifier)) return escape(source, specifier);
  if (specifier.startsWith("node:") || BUILT_IN.has(specifier)) return builtIn(specifier);
  const name = packageName(specifier);
  const target = house.packages.find((candidate) => candidate.name === name);
  const ours = target === undefined ? [] : [...direction(house, source, target), ...deepImport(target, specifier)];
  return [...ours, ...undeclared(house, source, name)];
};

/** Direction, deep imports, relative escapes, undeclared dependencies. */
export const checkImports = (house: House): Violation[] =>
  house.sources.flatMap((source) =>
    importsOf(source.text).flatMap((found) =>
      faultsOf(house, source, found).map((message) => ({ file: source.path, line: found.line, message })),
    ),
  );
