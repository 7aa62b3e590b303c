import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { deviationsPage } from "./deviations-page.ts";
import { errorsPage } from "./errors-page.ts";

const DOCS = join(import.meta.dirname, "..", "..", "docs");

writeFileSync(join(DOCS, "errors.md"), errorsPage());
writeFileSync(join(DOCS, "deviations.md"), deviationsPage());
