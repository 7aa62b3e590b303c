import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { leaseFaults } from "@kubera-e2e/schema/bed-lease";
import { inspectTestBed, parseTestBed, type BedValues } from "@kubera-e2e/schema/parse-test-bed";
import type { ExecMachines } from "@kubera-e2e/schema/bed-machines-exec";
import type { BedSetup } from "@kubera-e2e/schema/bed-setup";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { Target } from "@kubera-e2e/schema/target";
import type { TestBed, Trust } from "@kubera-e2e/schema/test-bed";
import { bedFiles, findBedFile, unknownBed, type BedFile } from "./bed-files.ts";
import { readBedValues } from "./bed-values.ts";
import { trustOfGovc } from "./govc-trust.ts";
import { homeFolder } from "./store-folder.ts";
import { withStoredPins } from "./stored-pins.ts";

const expand = (folder: string, path: string): string => {
  if (path.includes("-----BEGIN ")) return path;
  if (path === "~" || path.startsWith("~/")) return resolve(homeFolder(), path.slice(2));
  return resolve(folder, path);
};

const expandTrust = (folder: string, trust: Trust | undefined): { trust?: Trust } => {
  if (trust === undefined) return {};
  return { trust: "ca" in trust ? { ca: expand(folder, trust.ca) } : trust };
};

/** A program beside the bed's file is found wherever the command is started. */
const wholeArgv = (folder: string, argv: readonly string[]): string[] =>
  argv.map((part) => (/^\.\.?\//.test(part) ? resolve(folder, part) : part));

const expandSetup = (folder: string, setup: BedSetup | undefined): { setup?: BedSetup } => {
  if (setup === undefined) return {};
  const bootstrap = setup.bootstrap.map((command) => ({ ...command, argv: wholeArgv(folder, command.argv) }));
  return { setup: { ...setup, bootstrap } };
};

const expandScripts = (folder: string, scripts: ExecMachines["scripts"]): ExecMachines["scripts"] => {
  const whole = (argv: readonly string[]): string[] => wholeArgv(folder, argv);
  return {
    inspect: whole(scripts.inspect),
    power: whole(scripts.power),
    snapshot: whole(scripts.snapshot),
    revert: whole(scripts.revert),
    remove: whole(scripts.remove),
  };
};

const expandMachines = (folder: string, machines: TestBed["machines"]): TestBed["machines"] => {
  if (machines.driver === "esx") return { ...machines, ...expandTrust(folder, machines.trust) };
  return machines.driver === "exec" ? { ...machines, scripts: expandScripts(folder, machines.scripts) } : machines;
};

const withPaths = (bed: TestBed, folder: string): TestBed => ({
  ...bed,
  machines: expandMachines(folder, bed.machines),
  ...expandSetup(folder, bed.setup),
  clusters: bed.clusters.map((cluster) => ({
    ...cluster,
    kubeconfig: expand(folder, cluster.kubeconfig),
    ...expandTrust(folder, cluster.trust),
  })),
  registry: { ...bed.registry, ...expandTrust(folder, bed.registry.trust) },
  director: { ...bed.director, ...expandTrust(folder, bed.director.trust) },
  ...(bed.lease.store === "kubernetes" && { lease: { ...bed.lease, kubeconfig: expand(folder, bed.lease.kubeconfig) } }),
});

const misnamed = (bed: TestBed, { name, file }: BedFile): KuberaError =>
  new KuberaError("BED_INVALID", {
    what: `${name}.yaml declares a bed of another name: ${bed.name}`,
    where: file,
    because: "leases, sets and marks are kept by name, and the file is found by its own",
    fix: `Write "name: ${name}", or call the file ${bed.name}.yaml.`,
  });

const missingValues = (file: string, missing: readonly string[]): KuberaError =>
  new KuberaError("BED_VALUE_MISSING", {
    what: `${missing.length} ${missing.length === 1 ? "value that a bed's file refers to is" : "values that a bed's file refers to are"} not given`,
    where: missing.join("\n           "),
    because: `${file} leaves to its user where these are`,
    fix: "Set KUBERA_VALUES to a JSON file that gives them (`e2e sim up` writes one for the bed sim), or the variable of that name.",
  });

/** Whether all that is wrong is what the user has not given yet; a fault of the file itself comes first otherwise. */
const refuseMissing = (text: string, file: string, values: BedValues): void => {
  const { faults } = inspectTestBed(text, values);
  if (faults.length === 0 || !faults.every((fault) => fault.message.startsWith("${"))) return;
  throw missingValues(
    file,
    faults.map((fault) => `${file}:${fault.line}:${fault.column}  ${fault.message.split(":")[0] ?? ""}`),
  );
};

/** GOVC_TLS_CA_CERTS and GOVC_TLS_KNOWN_HOSTS speak for the endpoint of GOVC_URL, unless the bed's file says otherwise. */
const withGovcTrust = (bed: TestBed, settings: Settings, values: BedValues): TestBed => {
  const { machines } = bed;
  if (machines.driver !== "esx" || machines.trust !== undefined || machines.endpoint !== values.get("GOVC_URL")) return bed;
  const trust = trustOfGovc(settings, machines.endpoint);
  return trust === undefined ? bed : { ...bed, machines: { ...machines, trust } };
};

/** Only simulated machines can be had twice. */
const asNamed = (bed: TestBed, { name, copyOf }: BedFile, settings: Settings): TestBed => {
  if (copyOf !== undefined && bed.target !== "sim") throw unknownBed(name, settings);
  return { ...bed, name };
};

/**
 * The named bed (default KUBERA_BED, then sim), its `${…}` filled in and its paths absolute: relative ones start at the bed's file, `~` is the home folder.
 *
 * Errors: `BED_UNKNOWN`, `BED_REQUIRED`, `BED_INVALID` with every fault as file:line, `BED_VALUE_MISSING`, `SETTING_INVALID`.
 */
export const loadTestBed = (name: string | undefined, settings: Settings): TestBed => {
  const found = findBedFile(name, settings);
  const text = readFileSync(found.file, "utf8");
  const { values } = readBedValues(settings);
  refuseMissing(text, found.file, values);
  const bed = parseTestBed(text, found.file, values);
  if (bed.name !== (found.copyOf ?? found.name)) throw misnamed(bed, found);
  const named = asNamed(bed, found, settings);
  const whole = withPaths(withGovcTrust(withStoredPins(named, settings), settings, values), dirname(found.file));
  return refuseLeaseInside(whole, found.file);
};

/** Once paths are absolute, one file is seen to be the other, however it was written. */
const refuseLeaseInside = (bed: TestBed, file: string): TestBed => {
  const [fault] = leaseFaults(bed);
  if (fault === undefined) return bed;
  throw new KuberaError("BED_INVALID", {
    what: `the bed ${bed.name} keeps its lease within itself`,
    where: `${file}  ${fault.path.join(".")}`,
    because: `it ${fault.message}`,
    fix: "Keep the lease in a cluster or a VM that no bed restores, or in a folder that all its users share.",
  });
};

/** A value for every name, for reading a file before anything is given. */
class AnyValue extends Map<string, string> {
  override get(): string {
    return "https://not.given.yet";
  }
}

/** A bed's file as it is, before any value is given; either the bed or why it cannot be read. */
export interface BedListing extends BedFile {
  readonly bed?: TestBed;
  readonly problem?: KuberaError;
}

const listOne = (found: BedFile): BedListing => {
  try {
    return { ...found, bed: parseTestBed(readFileSync(found.file, "utf8"), found.file, new AnyValue()) };
  } catch (error) {
    if (error instanceof KuberaError) return { ...found, problem: error };
    throw error;
  }
};

/** Every bed that a file declares, sorted by name, broken ones with their problem. */
export const listTestBeds = (settings: Pick<Settings, "KUBERA_CONFIG">): BedListing[] => bedFiles(settings).map(listOne);

const declaredIn = (found: BedFile, settings: Settings): TestBed =>
  asNamed(parseTestBed(readFileSync(found.file, "utf8"), found.file, new AnyValue()), found, settings);

/** The named bed as its file declares it, before any value is given. Errors: `BED_UNKNOWN`, `BED_INVALID`, `SETTING_INVALID`. */
export const declaredBed = (name: string, settings: Settings): TestBed => declaredIn(findBedFile(name, settings), settings);

/**
 * Whether the named bed is simulated, from its file alone: nothing needs to run yet.
 *
 * Errors: as `loadTestBed`, without `BED_VALUE_MISSING`; `BED_REQUIRED` also when KUBERA_BED is unset under CI, whatever the name.
 */
export const bedTarget = (name: string, settings: Settings): Target =>
  declaredIn(findBedFile(settings.CI ? settings.KUBERA_BED : name, settings), settings).target;
