#!/usr/bin/env node
// @ts-check
import { join } from "node:path";
import { loadTypeScript } from "./load-typescript.mjs";

// Read before anything is loaded: a parent that ends meanwhile is replaced by process 1.
const startedBy = process.ppid;

/** @typedef {typeof import("../src/main.ts")} Main */
const { main } = /** @type {Main} */ (await loadTypeScript(join(import.meta.dirname, "..", "src", "main.ts")));
process.exitCode = await main(process.argv.slice(2), startedBy);
