import { homedir } from "node:os";
import { join } from "node:path";
import type { Settings } from "@kubera-e2e/schema/settings";

/** The folder KUBERA_STORE, or .kubera-e2e in the home folder. */
export const storeFolder = (settings: Pick<Settings, "KUBERA_STORE">): string => settings.KUBERA_STORE ?? join(homedir(), ".kubera-e2e");
