#!/usr/bin/env node
import { register } from "tsx/esm/api";

register();
// Whoever reads us may have read enough, as `head` does.
process.stdout.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});
const { main } = await import("../src/main.ts");
process.exitCode = await main(process.argv.slice(2));
