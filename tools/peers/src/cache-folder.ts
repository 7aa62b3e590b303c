import { access, constants, mkdir } from "node:fs/promises";
import { homedir, tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";

const usable = async (folder: string): Promise<boolean> => {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** The user's folder for built peers, outside of any clone: under ~/.cache, or under the OS temp folder when there is no home. */
export const peersFolder = async (home: string = homedir()): Promise<string> => {
  const own = join(home, ".cache", "kubera-e2e", "peers");
  if (isAbsolute(home) && (await usable(own))) return own;
  const fallback = join(tmpdir(), `kubera-e2e-${userInfo().uid}`, "peers");
  await mkdir(fallback, { recursive: true, mode: 0o700 });
  return fallback;
};
