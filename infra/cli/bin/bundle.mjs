// @ts-check
import { readFile } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { build, stop } from "esbuild";

/** Libraries of up to a hundred files that every start needs; all others stay where they are installed. */
const BUNDLED = new Set(["@peculiar/x509", "commander", "fast-xml-parser", "reflect-metadata", "yaml", "zod"]);

/** @typedef {(path: string) => void} OnRead Called with each source of the workspace before it is read. */

/** @param {OnRead} onRead @returns {import("esbuild").Plugin} */
const workspace = (onRead) => ({
  name: "workspace",
  setup: (building) => {
    building.onResolve({ filter: /^[^./]/ }, ({ path, importer }) => {
      if (isBuiltin(path)) return { path, external: true };
      // What a bundled library imports comes along.
      const isWithin = path.startsWith("@kubera-e2e/") || !importer.endsWith(".ts") || BUNDLED.has(path);
      return isWithin ? undefined : { path: createRequire(importer).resolve(path), external: true };
    });
    building.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      onRead(path);
      const meta = { dirname: dirname(path), filename: path, url: pathToFileURL(path).href };
      const text = await readFile(path, "utf8");
      const contents = text.replaceAll(/\bimport\.meta\.(dirname|filename|url)\b/g, (_all, /** @type {keyof typeof meta} */ name) =>
        JSON.stringify(meta[name]),
      );
      return { contents, loader: "ts" };
    });
  },
});

/**
 * A module with all that it imports of the workspace as one file, and its source map, whose sources are named from `outdir`.
 * @param {{ readonly entry: string, readonly outdir: string, readonly onRead: OnRead }} of
 */
export const bundle = async ({ entry, outdir, onRead }) => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    outdir,
    plugins: [workspace(onRead)],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    target: "node20.19",
    sourcemap: "external",
    sourcesContent: false,
    legalComments: "none",
    // A module that is imported when needed is the same one that others have imported before.
    supported: { "dynamic-import": false },
    tsconfigRaw: {},
  });
  await stop();
  const textOf = (/** @type {string} */ ending) => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? "";
  return { code: textOf(".js"), map: textOf(".js.map") };
};
