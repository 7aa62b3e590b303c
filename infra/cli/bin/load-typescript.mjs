// @ts-check
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

/** @typedef {{ _compile(code: string, filename: string): void }} Compiling What Node's types leave out. */

const ROOT = join(import.meta.dirname, "..", "..", "..");
const CACHE = join(ROOT, "node_modules", ".cache", "kubera-e2e");
const BANNER = 'const __url = require("node:url").pathToFileURL(__filename).href;';

/** @satisfies {import("esbuild").CommonOptions} */
const OPTIONS = {
  format: /** @type {const} */ ("cjs"),
  target: "node20.19",
  sourcemap: /** @type {const} */ ("inline"),
  sourcesContent: false,
  // A module that is imported when needed is the same one that others have imported before.
  supported: { "dynamic-import": false },
  define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename", "import.meta.url": "__url" },
  tsconfigRaw: {},
};

const OF_COMPILER = `${require.resolve("esbuild")}${JSON.stringify(OPTIONS)}${BANNER}`;

const esbuild = () => /** @type {typeof import("esbuild")} */ (require("esbuild"));

/** @param {readonly string[]} parts */
const digest = (...parts) => createHash("sha256").update(parts.join("\0")).digest("hex");

/** @param {() => string} read */
const orNothing = (read) => {
  try {
    return read();
  } catch {
    return "";
  }
};

/**
 * One file a source, so that the cache does not grow; its last line says of what it was made, and that it is whole.
 * @param {string} source
 * @param {string} filename
 */
const cachedAs = (source, filename) => ({
  file: join(CACHE, digest(filename)),
  mark: `\n//${digest(OF_COMPILER, filename, source)}\n`,
});

/**
 * Whole or not at all, for several processes start at once; a clone that nobody may write to is merely slower.
 * @param {string} file
 * @param {string} text
 */
const store = (file, text) =>
  orNothing(() => {
    mkdirSync(CACHE, { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, text);
    renameSync(draft, file);
    return file;
  });

/**
 * Nothing when one of them has a fault: it is told when that file is needed.
 * @param {string[]} entryPoints
 */
const builtOf = (entryPoints) => {
  const output = { outdir: ROOT, outbase: ROOT, write: /** @type {const} */ (false), banner: { js: BANNER } };
  try {
    return esbuild().buildSync({ ...OPTIONS, ...output, entryPoints, logLevel: "silent" }).outputFiles;
  } catch {
    return [];
  }
};

/** What this process has compiled, for where nothing can be stored. @type {Map<string, string>} */
const made = new Map();

let isFirst = true;

/** A new clone compiles everything at once: one by one costs three times as long. */
const compileAll = () => {
  const sources = ["infra", "reporters"].flatMap((part) => readdirSync(join(ROOT, part)).map((room) => join(ROOT, part, room, "src")));
  const entryPoints = sources.filter(existsSync).flatMap((folder) =>
    readdirSync(folder, { encoding: "utf8", recursive: true })
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
      .map((name) => join(folder, name)),
  );
  for (const { path, text } of builtOf(entryPoints)) {
    const filename = path.replace(/\.js$/, ".ts");
    const { file, mark } = cachedAs(readFileSync(filename, "utf8"), filename);
    made.set(file, text + mark);
    store(file, text + mark);
  }
};

/**
 * @param {string} source
 * @param {string} filename
 */
const compiled = (source, filename) => {
  if (isFirst) {
    isFirst = false;
    if (!existsSync(CACHE)) compileAll();
  }
  const { file, mark } = cachedAs(source, filename);
  const known = made.get(file) ?? orNothing(() => readFileSync(file, "utf8"));
  if (known.endsWith(mark)) return known;
  const { code } = esbuild().transformSync(source, { ...OPTIONS, loader: "ts", sourcefile: filename, banner: BANNER });
  store(file, code + mark);
  return code + mark;
};

/**
 * Loads the workspace's TypeScript by `require` in this process: hooks for `import` live in a thread of their own and cost
 * a round trip for each of some 500 modules, which doubles the time until the simulator listens.
 */
export const loadTypeScript = () => {
  process.setSourceMapsEnabled(true);
  require.extensions[".ts"] = (module, filename) => {
    const compiling = /** @type {Compiling} */ (/** @type {unknown} */ (module));
    compiling._compile(compiled(readFileSync(filename, "utf8"), filename), filename);
  };
  return require;
};
