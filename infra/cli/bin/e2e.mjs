#!/usr/bin/env node
// @ts-check
import { loadTypeScript } from "./typescript.mjs";

const require = loadTypeScript();
// Whoever reads us may have read enough, as `head` does.
process.stdout.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
const { main } = /** @type {typeof import("../src/main.ts")} */ (require("../src/main.ts"));
process.exitCode = await main(process.argv.slice(2));
