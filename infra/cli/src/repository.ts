import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of this repository. */
export const REPOSITORY = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
