#!/usr/bin/env node
// @ts-check
import { loadTypeScript } from "./typescript.mjs";

const require = loadTypeScript();
// Whoever reads us may have read enough, as `head` does, or its terminal is gone: what is under way still ends in order.
process.stderr.on("error", () => {});
process.stdout.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
});
const { main } = /** @type {typeof import("../src/main.ts")} */ (require("../src/main.ts"));
process.exitCode = await main(process.argv.slice(2));
