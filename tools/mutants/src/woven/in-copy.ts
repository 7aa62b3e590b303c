import { join } from "node:path";
import { TrialFolder } from "./trial-folder.ts";
import { TrialHooks } from "./trial-hooks.ts";

/** Of the copy in which this lies, whose fixtures and specs import it; in the repository itself there is none. */
export const folder = new TrialFolder(join(import.meta.dirname, "../../../.."));

export const trial = new TrialHooks(folder);
