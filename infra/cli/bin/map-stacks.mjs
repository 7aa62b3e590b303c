// @ts-check
import { SourceMap } from "node:module";
import { dirname, join } from "node:path";

/**
 * Lets stacks name the sources of a bundle. Node's own way reads all maps at every start, which takes longer than all else.
 * @param {string} file The bundle's name in stacks; sources are named from its folder.
 * @param {() => string} readMap
 */
export const mapStacks = (file, readMap) => {
  /** @type {SourceMap | undefined} */
  let map;
  /** Without its map a stack still has its frames. */
  const read = () => {
    try {
      return new SourceMap(/** @type {import("node:module").SourceMapPayload} */ (JSON.parse(readMap())));
    } catch {
      return undefined;
    }
  };
  const originOf = (/** @type {number} */ line, /** @type {number} */ column) => {
    map ??= read();
    const entry = map?.findEntry(line - 1, column - 1) ?? {};
    return "originalSource" in entry
      ? `${join(dirname(file), entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
      : undefined;
  };
  /** @param {NodeJS.CallSite & { toString(): string }} frame */
  const told = (frame) => {
    const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
    const text = frame.toString();
    if (frame.getFileName() !== file || line === null || column === null) return text;
    const place = `${file}:${line}:${column}`;
    return text.replace(place, originOf(line, column) ?? place);
  };
  Error.prepareStackTrace = (error, frames) => {
    try {
      return [String(error), ...frames.map((frame) => `    at ${told(frame)}`)].join("\n");
    } catch {
      return String(error);
    }
  };
};
