// @ts-check
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);

/** @typedef {{ _compile(code: string, filename: string): void }} Compiling What Node's types leave out. */

/** @type {import("esbuild").TransformOptions} */
const OPTIONS = {
  loader: "ts",
  format: "cjs",
  target: "node20.19",
  sourcemap: "inline",
  sourcesContent: false,
  // A module that is imported when needed is the same one that others have imported before.
  supported: { "dynamic-import": false },
  define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename", "import.meta.url": "__url" },
  banner: 'const __url = require("node:url").pathToFileURL(__filename).href;',
};

const CACHE = join(import.meta.dirname, "..", "..", "..", "node_modules", ".cache", "kubera-e2e");
const OF_COMPILER = `${require.resolve("esbuild")}${JSON.stringify(OPTIONS)}`;

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
 * One file a source, so that the cache does not grow; its first line says of what it was made.
 * @param {string} source
 * @param {string} filename
 */
const compiled = (source, filename) => {
  const mark = `//${digest(OF_COMPILER, filename, source)}\n`;
  const file = join(CACHE, digest(filename));
  const known = orNothing(() => readFileSync(file, "utf8"));
  if (known.startsWith(mark)) return known;
  const { transformSync } = /** @type {typeof import("esbuild")} */ (require("esbuild"));
  const code = mark + transformSync(source, { ...OPTIONS, sourcefile: filename }).code;
  store(file, code);
  return code;
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
