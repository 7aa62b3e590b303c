import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { parse } from "yaml";
import { releaseProfileSchema, type ReleaseProfile } from "./release-profile.ts";

const FOLDER = fileURLToPath(new URL("../releases/", import.meta.url));

const numeric = new Intl.Collator("en", { numeric: true });

/** Releases with a profile, oldest first. */
export const knownReleases = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => file.slice(0, -".yaml".length))
    .toSorted(numeric.compare);

const unknown = (release: string, known: readonly string[]): KuberaError =>
  new KuberaError("RELEASE_UNKNOWN", {
    what: `Director ${release} has no release profile`,
    where: "infra/director/releases",
    because: `profiles exist for ${known.join(", ")}`,
    fix: `Set KUBERA_BUILD to one of them, or add infra/director/releases/${release}.yaml; "like: ${known.at(-1) ?? ""}" states only what differs.`,
  });

type Raw = Readonly<Record<string, unknown>>;

const isRaw = (value: unknown): value is Raw => typeof value === "object" && value !== null && !Array.isArray(value);

/** Maps merge key by key; lists and plain values replace. */
const merge = (base: Raw, over: Raw): Raw => {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = merged[key];
    merged[key] = isRaw(below) && isRaw(value) ? merge(below, value) : value;
  }
  return merged;
};

const readRaw = (release: string, seen: readonly string[]): Raw => {
  const known = knownReleases();
  if (!known.includes(release) || seen.includes(release)) throw unknown(release, known);
  const raw: unknown = parse(readFileSync(`${FOLDER}${release}.yaml`, "utf8"));
  if (!isRaw(raw)) throw malformed(release, ["the file is not a map"]);
  const { like, ...own } = raw;
  return typeof like === "string" ? merge(readRaw(like, [...seen, release]), own) : own;
};

const malformed = (release: string, faults: readonly string[]): KuberaError =>
  new KuberaError("INTERNAL", {
    what: `the profile of Director ${release} has ${faults.length} ${faults.length === 1 ? "fault" : "faults"}`,
    where: `infra/director/releases/${release}.yaml`,
    because: faults.join("\n           "),
    fix: "Correct the file; its schema is infra/director/src/release-profile.ts.",
  });

const loaded = new Map<string, ReleaseProfile>();

/**
 * The profile of one Director release, read once by each process.
 *
 * Errors: `RELEASE_UNKNOWN` naming those that exist; `INTERNAL` with every fault of a malformed file.
 */
export const loadRelease = (release: string): ReleaseProfile => {
  const known = loaded.get(release);
  if (known !== undefined) return known;
  const parsed = releaseProfileSchema.safeParse(readRaw(release, []));
  if (parsed.success) {
    loaded.set(release, parsed.data);
    return parsed.data;
  }
  throw malformed(
    release,
    parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
  );
};
