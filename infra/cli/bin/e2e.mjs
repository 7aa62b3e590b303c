#!/usr/bin/env node
// @ts-check
import { join } from "node:path";
import { loadTypeScript } from "./load-typescript.mjs";

// Read as early as can be: a parent that has ended is replaced by process 1, and watching that ends nothing.
const startedBy = process.ppid;

/** @typedef {typeof import("../src/main.ts")} Main */
const { main } = /** @type {Main} */ (await loadTypeScript(join(import.meta.dirname, "..", "src", "main.ts")));
process.exitCode = await main(process.argv.slice(2), startedBy);
