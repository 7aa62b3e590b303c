#!/usr/bin/env node
// @ts-check
import { loadTypeScript } from "./load-typescript.mjs";

const require = loadTypeScript();
const { main } = /** @type {typeof import("../src/main.ts")} */ (require("../src/main.ts"));
process.exitCode = await main(process.argv.slice(2));
