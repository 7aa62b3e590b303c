import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { nearest } from "@kubera-e2e/schema/nearest";
import type { Settings } from "@kubera-e2e/schema/settings";

const OWN_FOLDER = fileURLToPath(new URL("../../testbeds", import.meta.url));

export interface BedFile {
  readonly name: string;
  readonly file: string;
  /** The bed that the file declares, when this is one more of it. */
  readonly copyOf?: string;
}

/** A site's own folder comes first, so that it may put its bed in place of ours. */
const folders = (settings: Pick<Settings, "KUBERA_CONFIG">): string[] => [
  ...(settings.KUBERA_CONFIG === undefined ? [] : [join(settings.KUBERA_CONFIG, "testbeds")]),
  OWN_FOLDER,
];

const filesIn = (folder: string): BedFile[] => {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.name.endsWith(".yaml") && !entry.isDirectory());
  return files.map(({ name }) => ({ name: name.slice(0, -".yaml".length), file: join(folder, name) }));
};

/** A folder that is named and not there would pass for one without beds. */
const refuseMissingConfig = ({ KUBERA_CONFIG }: Pick<Settings, "KUBERA_CONFIG">): void => {
  if (KUBERA_CONFIG === undefined || existsSync(KUBERA_CONFIG)) return;
  throw new KuberaError("SETTING_INVALID", {
    what: "KUBERA_CONFIG names a folder that is not there",
    where: KUBERA_CONFIG,
    because: "a site's own beds would silently be left out",
    fix: "Correct KUBERA_CONFIG, in the environment or in .env; the beds lie in its folder testbeds.",
  });
};

/** Every bed that a file declares, by name; a site's file hides ours of the same name. Error: `SETTING_INVALID` without KUBERA_CONFIG's folder. */
export const bedFiles = (settings: Pick<Settings, "KUBERA_CONFIG">): BedFile[] => {
  refuseMissingConfig(settings);
  const byName = new Map<string, BedFile>();
  for (const bed of folders(settings).flatMap(filesIn)) if (!byName.has(bed.name)) byName.set(bed.name, bed);
  return [...byName.values()].toSorted((a, b) => a.name.localeCompare(b.name));
};

const required = (): KuberaError =>
  new KuberaError("BED_REQUIRED", {
    what: "no test bed is named, and CI is set",
    where: "KUBERA_BED in the environment of this process",
    because: "the default would be the simulated data centre, and a green run must never be a simulator by accident",
    fix: "Set KUBERA_BED to a bed of `e2e bed list`; sim is a name too.",
  });

/** Error for a name that no file stands for. */
export const unknownBed = (name: string, settings: Pick<Settings, "KUBERA_CONFIG">): KuberaError => {
  const names = bedFiles(settings).map((bed) => bed.name);
  const near = nearest(name, names);
  return new KuberaError("BED_UNKNOWN", {
    what: `no file declares a test bed "${name}"`,
    where: folders(settings).join("\n           "),
    because: `the beds there are ${names.join(", ")}`,
    fix: near === undefined ? `Use one of them, or write ${name}.yaml; infra/testbeds/schema.json describes it.` : `Did you mean ${near}?`,
  });
};

/** `sim-2` is the bed sim once more, in a data centre of its own. */
export const copyName = (bed: string, number: number): string => (number === 1 ? bed : `${bed}-${number}`);

const copied = (name: string, files: readonly BedFile[]): BedFile | undefined => {
  const [, copyOf] = /^(.+)-[2-9]$/.exec(name) ?? [];
  const found = files.find((bed) => bed.name === copyOf);
  return found && { name, file: found.file, copyOf: found.name };
};

/**
 * The file of the named bed; without a name that of KUBERA_BED, else sim.
 *
 * Errors: `BED_UNKNOWN` with the nearest name, `BED_REQUIRED` when CI is set and nobody names one.
 */
export const findBedFile = (name: string | undefined, settings: Pick<Settings, "KUBERA_CONFIG" | "KUBERA_BED" | "CI">): BedFile => {
  const wanted = name ?? settings.KUBERA_BED;
  if (wanted === undefined && settings.CI) throw required();
  const files = bedFiles(settings);
  const found = files.find((bed) => bed.name === (wanted ?? "sim")) ?? copied(wanted ?? "", files);
  if (found === undefined) throw unknownBed(wanted ?? "sim", settings);
  return found;
};
