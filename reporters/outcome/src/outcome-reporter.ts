import { join, resolve } from "node:path";
import type { FullConfig, FullResult, Reporter, Suite, TestError } from "@playwright/test/reporter";
import type { Manifest } from "@kubera-e2e/schema/manifest";
import { RUN_FILES } from "@kubera-e2e/schema/run-folder";
import { askedColumns } from "@kubera-e2e/schema/settings";
import type { Target } from "@kubera-e2e/schema/target";
import { errorText } from "./evidence-of.ts";
import { identityOf } from "./identity.ts";
import { makeOutcome } from "./make-outcome.ts";
import { COLOURS, PLAIN, renderOutcome, type RenderOptions } from "./render-outcome.ts";
import { readRunEvidence } from "./run-evidence.ts";
import { writeJson } from "./write-json.ts";

/** What playwright.config.ts tells this reporter about its run. */
export interface OutcomeReporterOptions {
  /** `_artifacts/<run>`. */
  readonly runFolder: string;
  readonly run: string;
  readonly bed: string;
  readonly target: Target;
  readonly build: string;
  /** Whether a failing spec with the tag @draft leaves the exit code alone; default no. */
  readonly draftsMayFail?: boolean;
}

const complain = (hook: string, error: unknown): void => {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`[INTERNAL] the outcome reporter failed in ${hook}: ${text}\n`);
};

/**
 * Writes `manifest.json` before the first test, and `incidents.json` and `outcome.json` after the last, and prints why.
 * Never throws: a reporter that does would fail the run in its own name; what goes wrong is told and the run counts as failed.
 */
class OutcomeReporter implements Reporter {
  readonly #options: OutcomeReporterOptions;
  readonly #startedAt = new Date();
  readonly #errors: string[] = [];
  #config: FullConfig | undefined;
  #suite: Suite | undefined;

  constructor(options: OutcomeReporterOptions) {
    this.#options = options;
  }

  printsToStdio(): boolean {
    return false;
  }

  onBegin(config: FullConfig, suite: Suite): void {
    try {
      this.#config = config;
      this.#suite = suite;
      writeJson(this.#file(RUN_FILES.manifest), this.#manifest(config, suite));
    } catch (error) {
      complain("onBegin", error);
    }
  }

  onError(error: TestError): void {
    this.#errors.push(errorText(error));
  }

  onEnd(result: FullResult): Promise<{ status?: FullResult["status"] } | undefined> {
    try {
      return Promise.resolve(this.#finish(result));
    } catch (error) {
      complain("onEnd", error);
      return Promise.resolve({ status: "failed" });
    }
  }

  #finish(result: FullResult): { status?: FullResult["status"] } | undefined {
    const { runFolder } = this.#options;
    const { evidences, unreadable } = readRunEvidence(runFolder);
    const { outcome, diagnosis } = makeOutcome({
      ...this.#options,
      rootDir: this.#rootDir(),
      sharded: this.#config?.shard !== null && this.#config?.shard !== undefined,
      startedAt: this.#startedAt,
      endedAt: new Date(),
      interrupted: result.status === "interrupted",
      tests: this.#suite?.allTests() ?? [],
      errors: this.#errors,
      runEvidence: evidences,
      draftsMayFail: this.#options.draftsMayFail ?? false,
    });
    writeJson(this.#file(RUN_FILES.incidents), diagnosis);
    writeJson(this.#file(RUN_FILES.outcome), outcome);
    for (const line of unreadable) process.stderr.write(`Evidence that cannot be read was left out: ${line}\n`);
    process.stdout.write(renderOutcome(outcome, diagnosis, terminal()));
    // Blocked tests are skipped ones to Playwright, and must not look green to who runs it plainly.
    if (outcome.exit.code !== 0) return result.status === "passed" ? { status: "failed" } : undefined;
    // And failed drafts are failures to it.
    return result.status === "failed" && outcome.counts.failed > 0 ? { status: "passed" } : undefined;
  }

  #file(name: string): string {
    return join(this.#options.runFolder, name);
  }

  /** Files are named relative to the repository, where the configuration lies. */
  #rootDir(): string {
    const { configFile, rootDir } = this.#config ?? {};
    return configFile === undefined ? (rootDir ?? process.cwd()) : resolve(configFile, "..");
  }

  #manifest(config: FullConfig, suite: Suite): Manifest {
    const { shard } = config;
    return {
      schema: "kubera-e2e/manifest@1",
      run: this.#options.run,
      ...(shard !== null && { shard: { index: shard.current, total: shard.total } }),
      tests: suite.allTests().map((test) => ({ ...identityOf(test, this.#rootDir()), tags: [...test.tags] })),
    };
  }
}

/** `hasColors` heeds NO_COLOR, FORCE_COLOR and TERM; only a terminal has it, and columns of its own. */
const terminal = (): RenderOptions => {
  const { isTTY, columns } = process.stdout;
  const width = askedColumns() ?? (isTTY ? columns : undefined);
  return { style: isTTY && process.stdout.hasColors() ? COLOURS : PLAIN, ...(width !== undefined && { columns: width }) };
};

export default OutcomeReporter;
