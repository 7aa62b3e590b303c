import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of this repository. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

/** The file that starts `e2e` under plain Node. */
export const E2E_BIN = join(REPOSITORY, "infra", "cli", "bin", "e2e.mjs");
