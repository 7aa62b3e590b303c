import { z } from "zod";
import { durationSchema } from "./duration.ts";
import { KuberaError } from "./kubera-error.ts";
import { nearest } from "./nearest.ts";
import { targetSchema } from "./target.ts";

const flag = z.enum(["0", "1", "true", "false", ""]).transform((text) => text === "1" || text === "true");
const httpUrl = z.url({ protocol: /^https?$/, message: "must be an http or https URL" });
const index = z.string().regex(/^\d+$/, "must be a whole number").transform(Number);

/** Every variable of ours, and those of the field that we keep. The text of `describe` is what `e2e --help` and the docs show. */
const variables = {
  KUBERA_BED: z
    .string()
    .min(1)
    .optional()
    .describe("test bed to use: a name under infra/testbeds or KUBERA_CONFIG/testbeds; default sim, required under CI=true"),
  KUBERA_BUILD: z.string().min(1).default("1.12.0").describe("release of Director under test"),
  KUBERA_GUI: flag.default(false).describe("1 makes the project gui exist"),
  KUBERA_CHAOS: flag.default(false).describe("1 makes the project chaos exist; naming it does so too"),
  KUBERA_CHROMIUM: z.string().min(1).optional().describe("path of the Chromium for the project gui"),
  KUBERA_CONFIG: z.string().min(1).optional().describe("folder with a site's own testbeds/"),
  KUBERA_STORE: z
    .string()
    .min(1)
    .optional()
    .describe("folder for leases, bed marks, history and timings; default .kubera-e2e in the home folder"),
  KUBERA_RESET: z.enum(["always", "dirty", "never"]).default("dirty").describe("when a bed is restored between tests"),
  KUBERA_KEEP: z
    .enum(["never", "on-failure", "always"])
    .default("never")
    .describe("whether the bed's state is kept as a frozen set when a test has failed on it"),
  KUBERA_STEPS: z
    .enum(["attached", "live"])
    .optional()
    .describe(
      "calls of Director as steps: attached to each test for the report, which costs least, or live, for Playwright's UI, traces and reporters; " +
        "default live with --ui, --debug, --trace or --reporter, otherwise attached",
    ),
  KUBERA_CLEAN: z
    .enum(["release", "never"])
    .default("release")
    .describe("whether a bed that tests were on is restored when its run ends; never where it ends with the run"),
  KUBERA_LEASE_WAIT: durationSchema.default(0).describe("how long a run waits for a bed that somebody else holds: 30m; default not at all"),
  KUBERA_VALUES: z.string().min(1).optional().describe("JSON file with the values that ${…} in bed files refer to"),
  KUBERA_RUN: z
    .string()
    .regex(/^[A-Za-z0-9][\w.-]*$/, "must be letters, digits, dots, dashes and underscores, beginning with a letter or digit")
    .optional()
    .describe("id of this run, and the name of its folder; the launcher makes one"),
  KUBERA_LAUNCHER: index.optional().describe("process number of the launcher, for what must end with it; set by the launcher itself"),
  KUBERA_RUN_URL: z
    .url({ protocol: /^tcp$/, message: "must be a tcp URL" })
    .optional()
    .describe("where the run process listens for its workers; set by the run itself"),
  KUBERA_RUN_TOKEN: z.string().min(1).optional().describe("what workers show the run process; set by the run itself"),
  KUBERA_RUN_TARGET: targetSchema.optional().describe("what this run meets, for its workers; set by the run itself"),
  KUBERA_SIM_SPEED: z.coerce.number().positive().default(300).describe("by how much the simulated data centre divides durations"),
  KUBERA_SIMS: z.coerce
    .number()
    .int()
    .min(1)
    .max(9)
    .optional()
    .describe("how many simulated data centres a run starts for itself, which its workers take in turn; default one for each worker"),
  KUBERA_RUN_BEDS: z
    .string()
    .min(1)
    .optional()
    .describe("where each worker finds its bed, when a run has several simulated ones; set by the run itself"),
  KUBERA_HOST: httpUrl.optional().describe("an existing Director: nothing is restored"),
  KUBERA_USER: z.string().min(1).optional().describe("user for KUBERA_HOST"),
  KUBERA_PASS: z.string().min(1).optional().describe("password for KUBERA_HOST"),
  GOVC_URL: z.string().min(1).optional().describe("vCenter or ESX host, where a bed says ${GOVC_URL}"),
  GOVC_USERNAME: z.string().optional(),
  GOVC_PASSWORD: z.string().optional(),
  GOVC_TLS_CA_CERTS: z.string().optional(),
  GOVC_TLS_KNOWN_HOSTS: z.string().optional(),
  KUBECONFIG: z.string().optional(),
  ARTIFACTS: z.string().min(1).default("_artifacts").describe("folder for the artifacts of runs"),
  CI: flag.catch(true).default(false),
  CI_NODE_INDEX: index.optional(),
  CI_NODE_TOTAL: index.optional(),
  JOB_COMPLETION_INDEX: index.optional(),
};

const schema = z.object(variables);
type Parsed = z.infer<typeof schema>;

const SECRET_VARIABLE = /^KUBERA_SECRET_([A-Z0-9_]+)_(USERNAME|PASSWORD)$/;

/** Values of further data centres of a run, as its simulators tell them. */
const MORE_VALUES = /^KUBERA_VALUES_([2-9])$/;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Settings of one process, read once from its environment. */
export interface Settings extends Parsed {
  /** Secrets by name, as `KUBERA_SECRET_<NAME>_USERNAME` and `_PASSWORD` give them; names are lower case with dashes. */
  readonly secrets: ReadonlyMap<string, Credentials>;
  /** Files as KUBERA_VALUES of further simulated data centres of this run, the second first. */
  readonly moreValues: readonly string[];
  /** Which part of the suite this process runs; index from 1. */
  readonly shard?: { readonly index: number; readonly total: number };
}

type Environment = Readonly<Record<string, string | undefined>>;

const known = Object.keys(variables);

const unknownNames = (environment: Environment): string[] =>
  Object.keys(environment).filter(
    (name) => name.startsWith("KUBERA_") && !known.includes(name) && !SECRET_VARIABLE.test(name) && !MORE_VALUES.test(name),
  );

const refuseUnknown = (names: readonly string[]): void => {
  if (names.length === 0) return;
  throw new KuberaError("SETTING_UNKNOWN", {
    what: `nobody reads ${names.join(", ")}`,
    where: "the environment of this process, or .env",
    because: "a misspelt setting would silently do nothing",
    fix: names.map((name) => `${name}: did you mean ${nearest(name, known) ?? "one that `e2e --help settings` lists"}?`).join(" "),
  });
};

const refuseInsecure = (environment: Environment): void => {
  const insecure = environment["GOVC_INSECURE"] ?? "";
  if (["", "0", "false"].includes(insecure.toLowerCase())) return;
  throw new KuberaError("SETTING_REFUSED", {
    what: "GOVC_INSECURE is set, and certificates are always verified here",
    where: "GOVC_INSECURE in the environment of this process",
    because: "whoever sits between would get the vSphere password",
    fix: "Unset GOVC_INSECURE and name the CA in GOVC_TLS_CA_CERTS, or pin the certificate in the bed's file: machines.trust.pin.",
  });
};

const parse = (environment: Environment): Parsed => {
  const present = Object.fromEntries(known.filter((name) => environment[name] !== undefined).map((name) => [name, environment[name]]));
  const parsed = schema.safeParse(present);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new KuberaError("SETTING_INVALID", {
    what: `${faults.length} ${faults.length === 1 ? "setting has" : "settings have"} a value that cannot be used`,
    where: faults.join("\n           "),
    because: "settings are read once and whole, before anything starts",
    fix: "Correct the values above, in the environment or in .env.",
  });
};

const secretsOf = (environment: Environment): Map<string, Credentials> => {
  const secrets = new Map<string, Credentials>();
  for (const [variable, value] of Object.entries(environment)) {
    const [, label, field] = SECRET_VARIABLE.exec(variable) ?? [];
    if (label === undefined || value === undefined) continue;
    const name = label.toLowerCase().replaceAll("_", "-");
    const before = secrets.get(name) ?? { username: "", password: "" };
    secrets.set(name, field === "USERNAME" ? { ...before, username: value } : { ...before, password: value });
  }
  return secrets;
};

const moreValuesOf = (environment: Environment): string[] =>
  Object.keys(environment)
    .filter((name) => MORE_VALUES.test(name))
    .toSorted()
    .flatMap((name) => environment[name] ?? []);

const withoutTotal = (name: string): KuberaError =>
  new KuberaError("SHARD_INDEX_WITHOUT_TOTAL", {
    what: `${name} is set and CI_NODE_TOTAL is not`,
    where: "the environment of this process",
    because: "each shard would run the whole suite and all would look green",
    fix: `Set CI_NODE_TOTAL to the number of shards, or unset ${name}.`,
  });

const withinTotal = (name: string, index: number, total: number): { readonly index: number; readonly total: number } => {
  if (index >= 1 && index <= total) return { index, total };
  throw new KuberaError("SETTING_INVALID", {
    what: `${name} and CI_NODE_TOTAL name no part of the suite`,
    where: `shard ${index} of ${total}, counted from 1`,
    because: "CI_NODE_INDEX counts from 1 and JOB_COMPLETION_INDEX from 0, and neither goes beyond CI_NODE_TOTAL",
    fix: "Set CI_NODE_TOTAL to the number of shards that are started.",
  });
};

/** GitLab counts from 1 and gives the total; Kubernetes Indexed Jobs count from 0 and do not. */
const shardOf = (parsed: Parsed): Settings["shard"] => {
  const total = parsed.CI_NODE_TOTAL;
  if (parsed.JOB_COMPLETION_INDEX !== undefined) {
    if (total === undefined) throw withoutTotal("JOB_COMPLETION_INDEX");
    return withinTotal("JOB_COMPLETION_INDEX", parsed.JOB_COMPLETION_INDEX + 1, total);
  }
  if (parsed.CI_NODE_INDEX === undefined) return undefined;
  if (total === undefined) throw withoutTotal("CI_NODE_INDEX");
  return withinTotal("CI_NODE_INDEX", parsed.CI_NODE_INDEX, total);
};

/**
 * Settings from an environment; `process.env` by default, after .env has been read into it.
 *
 * Errors: `SETTING_UNKNOWN` for a KUBERA_* that nobody reads, `SETTING_INVALID` with all faults at once,
 * `SETTING_REFUSED` for GOVC_INSECURE, `SHARD_INDEX_WITHOUT_TOTAL`.
 */
export const readSettings = (environment: Environment = process.env): Settings => {
  refuseUnknown(unknownNames(environment));
  refuseInsecure(environment);
  const parsed = parse(environment);
  const shard = shardOf(parsed);
  return { ...parsed, secrets: secretsOf(environment), moreValues: moreValuesOf(environment), ...(shard && { shard }) };
};

/** Name and meaning of every setting, for `--help` and the docs. */
export const describeSettings = (): { readonly name: string; readonly meaning: string }[] =>
  known.map((name) => ({ name, meaning: schema.shape[name as keyof typeof variables].description ?? "as its own tool defines it" }));

/** Columns that lines may have, as COLUMNS says; undefined when it says nothing that can be used. */
export const askedColumns = (environment: Environment = process.env): number | undefined => {
  const columns = Number(environment["COLUMNS"] ?? "");
  return Number.isInteger(columns) && columns > 0 ? columns : undefined;
};
