import { writeFile, mkdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { discoveredBed } from "@kubera-e2e/lifecycle/discovered-bed";
import { openInventory } from "@kubera-e2e/lifecycle/open-inventory";
import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings, type Settings } from "@kubera-e2e/schema/settings";
import { bedNameSchema } from "@kubera-e2e/schema/test-bed";
import { accessOf, type AccessFlags } from "./access-flags.ts";

export interface DiscoverFlags extends AccessFlags {
  readonly url?: string;
  readonly name: string;
  readonly pattern?: string;
  readonly pin?: string;
  readonly ca?: string;
  readonly write?: boolean;
  readonly json?: boolean;
}

const refuseName = (name: string): void => {
  const { error } = bedNameSchema.safeParse(name);
  if (error === undefined) return;
  throw new KuberaError("USAGE", {
    what: "a bed cannot have this name",
    where: `--name ${name}`,
    because: error.issues[0]?.message ?? "it is malformed",
    fix: "Write it as the clusters of the site are written: lab-2.",
  });
};

const fileOf = (name: string, { KUBERA_CONFIG }: Settings): string => {
  if (KUBERA_CONFIG !== undefined) return resolve(join(KUBERA_CONFIG, "testbeds", `${name}.yaml`));
  throw new KuberaError("USAGE", {
    what: "there is no folder to write the bed's file to",
    where: "KUBERA_CONFIG in the environment of this process",
    because: "a site keeps its beds in a folder of its own, outside this repository",
    fix: "Set KUBERA_CONFIG, or leave --write out and put what is printed where it belongs.",
  });
};

/** Never over a file that is there. Error: `FILE_EXISTS`. */
const writeNew = async (file: string, text: string): Promise<void> => {
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new KuberaError("FILE_EXISTS", {
      what: "the bed's file is there already, and is left as it is",
      where: file,
      because: "somebody may have filled it in by hand",
      fix: "Give another --name, or leave --write out and compare what is printed.",
    });
  }
};

/** A certificate that nobody vouches for is told with the flag that pins it. */
const withPinFlag = (error: unknown): unknown => {
  const pin = isKuberaError(error) && error.code === "TLS_UNTRUSTED" ? /sha256:[0-9a-f]{64}/.exec(error.message)?.[0] : undefined;
  if (pin === undefined || !isKuberaError(error)) return error;
  const { code, what, where, because } = error;
  const fix = `Compare the fingerprint with the host's own; if it is the right host, run again with --pin ${pin}, or give its CA with --ca file.pem.`;
  return new KuberaError(code, { what, where, because, fix, cause: error });
};

const look = async (flags: DiscoverFlags, settings: Settings) => {
  const access = accessOf(flags);
  const opened = await openInventory({ ...flags, access }, settings, new Redactor());
  const { endpoint, trust, provisioner } = opened;
  try {
    const [{ product }, machines] = [await provisioner.about(), await provisioner.list()];
    return { endpoint, trust, product, machines, ...(access !== undefined && { access }) };
  } catch (error) {
    throw withPinFlag(error);
  } finally {
    await opened.close();
  }
};

/** Prints a bed's file made from an inventory, or writes it where no file is yet. */
export const discoverBed = async (flags: DiscoverFlags): Promise<void> => {
  refuseName(flags.name);
  const settings = readSettings();
  const file = flags.write === true ? fileOf(flags.name, settings) : undefined;
  const found = await look(flags, settings);
  const text = discoveredBed({ ...found, name: flags.name, pattern: flags.pattern });
  // What cannot be read again would be of no use to anybody.
  parseTestBed(text, file ?? `${flags.name}.yaml`);
  if (file !== undefined) await writeNew(file, text);
  if (flags.json === true) console.log(JSON.stringify({ ...found, file, text }, undefined, 2));
  else console.log(file === undefined ? text.trimEnd() : `${file} declares the bed ${flags.name}; look at the lines that say FILL IN`);
};
