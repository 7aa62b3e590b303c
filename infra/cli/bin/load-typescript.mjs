// @ts-check
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { Script } from "node:vm";
import { mapStacks } from "./map-stacks.mjs";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const CACHE = join(ROOT, "node_modules", ".cache", "kubera-e2e");
const CODE_FILE = join(CACHE, "e2e.cjs");
const MAP_FILE = join(CACHE, "e2e.cjs.map");
const COMPILED_FILE = join(CACHE, "e2e.bin");
/** A SHA-256 in front of what is compiled. */
const SEAL_BYTES = 32;
/** Parts of a room's path: `infra/run`. */
const ROOM_DEPTH = 2;
/** What else decides what is in a bundle: its makers, and which libraries are installed where. */
const MAKERS = [
  import.meta.filename,
  join(import.meta.dirname, "bundle.mjs"),
  join(ROOT, "node_modules", ".modules.yaml"),
  join(ROOT, "node_modules", ".pnpm", "lock.yaml"),
];

/** @typedef {{ readonly entry: string, readonly sha256: string, readonly stamps: Readonly<Record<string, string>> }} Made */
/** @typedef {{ readonly code: string, readonly readMap: () => string }} Bundle The last line of its code says of what it was made. */

/** @typedef {(exports: unknown, require: NodeJS.Require, module: Module, filename: string, dirname: string) => void} Wrapped */

/** @template T @param {() => T} read */
const orNothing = (read) => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** Changes with the file, and costs less than its text. @param {string} path */
const stampOf = (path) =>
  orNothing(() => {
    const { mtimeNs, size } = statSync(path, { bigint: true });
    return `${mtimeNs} ${size}`;
  }) ?? "";

/**
 * Whole or not at all, for several processes start at once; a clone that nobody may write to is merely slower.
 * @param {string} file
 * @param {string | Buffer} content
 */
const store = (file, content) => {
  orNothing(() => {
    mkdirSync(CACHE, { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, content);
    renameSync(draft, file);
  });
};

/** @param {string | Buffer} content */
const sha256 = (content) => createHash("sha256").update(content).digest();

/** @param {string} code */
const lastLine = (code) => code.slice(code.lastIndexOf("\n") + 1);

/** @param {string} entry @returns {Bundle | undefined} */
const storedBundle = (entry) => {
  const code = orNothing(() => readFileSync(CODE_FILE, "utf8")) ?? "";
  const made = orNothing(() => /** @type {Made} */ (JSON.parse(lastLine(code).slice(2))));
  if (made?.entry !== entry || !existsSync(MAP_FILE)) return undefined;
  const isWhole = sha256(code.slice(0, -lastLine(code).length)).toString("hex") === made.sha256;
  const isCurrent = isWhole && Object.entries(made.stamps).every(([path, stamp]) => stampOf(join(ROOT, path)) === stamp);
  return isCurrent ? { code, readMap: () => readFileSync(MAP_FILE, "utf8") } : undefined;
};

/** @param {string} entry @returns {Promise<Bundle>} */
const newBundle = async (entry) => {
  const { bundle } = await import("./bundle.mjs");
  /** @type {Record<string, string>} */
  const stamps = {};
  const stamp = (/** @type {string} */ path) => {
    stamps[relative(ROOT, path)] ??= stampOf(path);
  };
  const onRead = (/** @type {string} */ path) => {
    stamp(path);
    // What a room exports under which name.
    stamp(join(ROOT, ...relative(ROOT, path).split("/").slice(0, ROOM_DEPTH), "package.json"));
  };
  for (const path of MAKERS) stamp(path);
  const { code, map } = await bundle({ entry, outdir: CACHE, onRead });
  /** @type {Made} */
  const made = { entry, sha256: sha256(code).toString("hex"), stamps };
  const text = `${code}//${JSON.stringify(made)}`;
  store(MAP_FILE, map);
  store(CODE_FILE, text);
  return { code: text, readMap: () => map };
};

/**
 * The script, compiled as far as a process before has left it; V8 itself refuses what another version of it has left.
 * @param {string} code
 */
const scriptOf = (code) => {
  const sealed = (/** @type {Buffer} */ data) => sha256(Buffer.concat([sha256(lastLine(code)), data]));
  const stored = orNothing(() => readFileSync(COMPILED_FILE)) ?? Buffer.alloc(0);
  const [seal, data] = [stored.subarray(0, SEAL_BYTES), stored.subarray(SEAL_BYTES)];
  // V8 takes any bytes of the right length for its own, and dies of them.
  const isOfThis = seal.equals(sealed(data));
  const script = new Script(Module.wrap(code), { filename: CODE_FILE, ...(isOfThis && { cachedData: data }) });
  const keep = () => {
    const compiled = script.createCachedData();
    store(COMPILED_FILE, Buffer.concat([sealed(compiled), compiled]));
  };
  // At its end it knows which functions were needed.
  if (!isOfThis || script.cachedDataRejected === true) process.once("exit", keep);
  return script;
};

/**
 * Loads a TypeScript module of the workspace with all that it imports as one file, which is made anew when a source has changed:
 * to find, read and compile a thousand small ones takes most of the time until the simulator listens.
 * @param {string} entry
 * @returns {Promise<unknown>}
 */
export const loadTypeScript = async (entry) => {
  const { code, readMap } = storedBundle(entry) ?? (await newBundle(entry));
  mapStacks(CODE_FILE, readMap);
  const module = new Module(CODE_FILE);
  const run = /** @type {Wrapped} */ (scriptOf(code).runInThisContext());
  run(module.exports, createRequire(CODE_FILE), module, CODE_FILE, dirname(CODE_FILE));
  return module.exports;
};
