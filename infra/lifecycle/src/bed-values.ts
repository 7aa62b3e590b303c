import { readFileSync } from "node:fs";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Credentials, Settings } from "@kubera-e2e/schema/settings";
import { z } from "zod";

const fileSchema = z
  .object({ secrets: z.record(z.string(), z.object({ username: z.string(), password: z.string() })).default({}) })
  .catchall(z.union([z.string(), z.number(), z.boolean()]));

export interface BedValuesFile {
  /** What `${…}` refers to. */
  readonly values: ReadonlyMap<string, string>;
  readonly secrets: ReadonlyMap<string, Credentials>;
}

const unusable = (file: string, because: string, cause?: unknown): KuberaError =>
  new KuberaError("SETTING_INVALID", {
    what: "the file that KUBERA_VALUES names cannot be used",
    where: file,
    because,
    fix: 'Write one JSON object: {"lab.url": "https://…", "secrets": {"vsphere": {"username": "…", "password": "…"}}}.',
    cause,
  });

const readJson = (file: string): unknown => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    // The text of a JSON error quotes the file, and the file holds passwords.
    throw unusable(file, error instanceof SyntaxError ? "it is not JSON" : String(error));
  }
};

const readValuesFile = (file: string): z.infer<typeof fileSchema> => {
  const parsed = fileSchema.safeParse(readJson(file));
  if (parsed.success) return parsed.data;
  throw unusable(file, parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; "));
};

/** As `govc` understands it: the scheme and /sdk may be left out; credentials inside go elsewhere. */
const govcEndpoint = (text: string): string => {
  const url = new URL(text.includes("://") ? text : `https://${text}`);
  url.username = "";
  url.password = "";
  if (url.pathname === "/") url.pathname = "/sdk";
  return url.href;
};

const environmentValues = (settings: Settings): [string, string][] => {
  const { GOVC_URL, GOVC_TLS_CA_CERTS, KUBECONFIG } = settings;
  const given: [string, string | undefined][] = [
    ["GOVC_URL", GOVC_URL === undefined ? undefined : govcEndpoint(GOVC_URL)],
    ["GOVC_TLS_CA_CERTS", GOVC_TLS_CA_CERTS],
    ["KUBECONFIG", KUBECONFIG],
  ];
  return given.filter((entry): entry is [string, string] => entry[1] !== undefined);
};

/**
 * Values and secrets of the file that KUBERA_VALUES names, and GOVC_URL, GOVC_TLS_CA_CERTS and KUBECONFIG by their names.
 *
 * Error: `SETTING_INVALID` when the file cannot be used; its content is never quoted.
 */
export const readBedValues = (settings: Settings): BedValuesFile => {
  const { secrets, ...values } = settings.KUBERA_VALUES === undefined ? { secrets: {} } : readValuesFile(settings.KUBERA_VALUES);
  const given = Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]);
  return { values: new Map([...environmentValues(settings), ...given]), secrets: new Map(Object.entries(secrets)) };
};
