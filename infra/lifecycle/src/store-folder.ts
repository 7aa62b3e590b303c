import { homedir } from "node:os";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";

const homeOf = (): string => {
  try {
    return homedir();
  } catch {
    // HOME is unset, and the system knows no user of this number.
    return "";
  }
};

/** The home folder of this user. Error: `SETTING_INVALID` when there is none: an empty HOME would mean the folder one happens to be in. */
export const homeFolder = (home: () => string = homeOf): string => {
  const found = home();
  if (found !== "") return found;
  throw new KuberaError("SETTING_INVALID", {
    what: "this user has no home folder",
    where: "HOME",
    because: "HOME is empty, or unset for a user whom this computer does not know by name",
    fix: "Set HOME; or KUBERA_STORE for leases and bed marks, and absolute paths in the bed's file.",
  });
};

const FOLDER = ".kubera-e2e";

type Store = Pick<Settings, "KUBERA_STORE">;

/** The folder KUBERA_STORE, or .kubera-e2e in the home folder. Error: `SETTING_INVALID` without either. */
export const storeFolder = (settings: Store, home: () => string = homeOf): string =>
  settings.KUBERA_STORE ?? join(homeFolder(home), FOLDER);

/** The same for who only looks: a user without a home has stored nothing. */
export const findStoreFolder = (settings: Store, home: () => string = homeOf): string | undefined =>
  settings.KUBERA_STORE ?? (home() === "" ? undefined : join(home(), FOLDER));
