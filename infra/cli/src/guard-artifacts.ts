import { readFileSync } from "node:fs";
import { join } from "node:path";
import { maskArtifacts, type MaskedArtifacts } from "@kubera-e2e/evidence";
import { writeJson } from "@kubera-e2e/outcome/write-json";
import { EXIT } from "@kubera-e2e/schema/exit-codes";
import { outcomeSchema } from "@kubera-e2e/schema/outcome";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import type { Settings } from "@kubera-e2e/schema/settings";

const secretsOf = ({ KUBERA_PASS, GOVC_PASSWORD, secrets }: Settings): string[] =>
  [KUBERA_PASS, GOVC_PASSWORD, ...[...secrets.values()].map(({ password }) => password)].filter((secret) => secret !== undefined);

/** An interrupted run stays one; whatever else it came to, somebody must look at the secret first. */
const withExit = (runFolder: string, because: string): void => {
  const file = join(runFolder, RUN_FILES.outcome);
  const outcome = outcomeSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  if (outcome.exit.code === EXIT.interrupted) return;
  writeJson(file, {
    ...outcome,
    exit: { code: EXIT.secretFound, because: `${because}; otherwise ${outcome.exit.code}: ${outcome.exit.because}` },
  });
};

const linesOf = ({ masked, tainted }: MaskedArtifacts): string[] => [
  ...masked.map((file) => `  masked in ${file}`),
  ...tainted.map((file) => `  STILL in ${file}, which is not text: remove it`),
];

/**
 * Looks for every secret that a run knew in what it has stored, masks it there and makes the outcome say so (exit 24); before the report is built.
 */
export const guardArtifacts = async (runFolder: string, settings: Settings, learned: Iterable<string>): Promise<void> => {
  const found = await maskArtifacts(runFolder, [...secretsOf(settings), ...learned]);
  const files = found.masked.length + found.tainted.length;
  if (files === 0) return;
  const because = `a secret stood in ${files} ${files === 1 ? "file" : "files"} of the run`;
  withExit(runFolder, because);
  console.error(
    [
      `\nexit ${EXIT.secretFound}: ${because}`,
      ...linesOf(found),
      "  A spec showed it in an assertion, a title, an attachment or the console. Mend the spec; if the console was stored, change the secret.",
    ].join("\n"),
  );
};
