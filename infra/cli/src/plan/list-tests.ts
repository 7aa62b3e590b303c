import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { childEnvironment } from "@kubera-e2e/schema/child-environment";
import { z } from "zod";

/** One test as Playwright lists it: one row of a table is one test. */
export interface ListedTest {
  readonly plan: string;
  readonly row?: string;
  readonly assumption?: string;
  readonly title: string;
  /** "tests/auth/token.api.spec.ts" */
  readonly file: string;
  readonly line: number;
  readonly project: string;
  readonly isDraft: boolean;
}

const annotationSchema = z.object({ type: z.string(), description: z.string().optional() });
const specSchema = z.object({
  title: z.string(),
  tags: z.array(z.string()),
  file: z.string(),
  line: z.int(),
  tests: z.array(z.object({ projectName: z.string(), annotations: z.array(annotationSchema) })),
});

interface Suite {
  readonly title: string;
  readonly specs: readonly z.infer<typeof specSchema>[];
  readonly suites?: readonly Suite[] | undefined;
}

const suiteSchema: z.ZodType<Suite> = z.lazy(() =>
  z.object({ title: z.string(), specs: z.array(specSchema), suites: z.array(suiteSchema).optional() }),
);

const reportSchema = z.object({ suites: z.array(suiteSchema), errors: z.array(z.object({ message: z.string().optional() })) });

const testsOf = ({ specs, suites = [] }: Suite, groups: readonly string[]): ListedTest[] => {
  const inside = specs.flatMap((spec) =>
    spec.tests.map(({ projectName, annotations }) => {
      const told = (type: string): string | undefined => annotations.find((one) => one.type === type)?.description;
      const [row, assumption] = [told("row"), told("assumption")];
      return {
        plan: told("plan") ?? "",
        ...(row !== undefined && { row }),
        ...(assumption !== undefined && { assumption }),
        title: [...groups, spec.title].join(" "),
        file: `tests/${spec.file}`,
        line: spec.line,
        project: projectName,
        isDraft: spec.tags.includes("draft"),
      };
    }),
  );
  return [...inside, ...suites.flatMap((suite) => testsOf(suite, suite.title === "" ? groups : [...groups, suite.title]))];
};

const PROJECTS = ["api", "gui", "chaos"];
const OUTPUT_LIMIT = 64 * 1024 * 1024;

/** The tests of a list that Playwright has written as JSON. Throws what it tells of a spec that does not load. */
export const readList = (text: string): readonly ListedTest[] => {
  const { suites, errors } = reportSchema.parse(JSON.parse(text));
  const [first] = errors;
  if (first !== undefined) throw new Error(`the specs cannot be listed: ${first.message ?? "Playwright does not say why"}`);
  return suites.flatMap((suite) => testsOf(suite, []));
};

/** Every test of a repository, of all projects, in the order of the specs. Throws what Playwright tells of a spec that does not load. */
export const listTests = async (root: string): Promise<readonly ListedTest[]> => {
  const args = ["test", "--list", "--reporter=json", ...PROJECTS.map((project) => `--project=${project}`)];
  const env = { ...childEnvironment(), KUBERA_GUI: "1", KUBERA_BED: "sim", KUBERA_HOST: undefined };
  const { stdout } = await promisify(execFile)(join(root, "node_modules/.bin/playwright"), args, {
    cwd: root,
    env,
    maxBuffer: OUTPUT_LIMIT,
  });
  return readList(stdout);
};
