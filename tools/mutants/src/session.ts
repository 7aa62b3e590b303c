import { listTests, type ListedTest } from "@kubera-e2e/cli/list-tests";
import type { Mutant } from "./catalogue.ts";
import { bookFileOf, readBook, writeBook, type Book, type Result } from "./results.ts";
import { casePrint, mutantPrint, roomsPrint } from "./prints.ts";
import { runSpecs } from "./run-specs.ts";
import { judge, redIds } from "./verdict.ts";
import { openWorkplace, type Workplace } from "./workplace.ts";

/** Within this, whatever the mutant does. */
const NAMED_LIMIT_MS = 420_000;
const SUITE_LIMIT_MS = 1_800_000;

export interface SessionOptions {
  readonly root: string;
  /** Runs every case that a mutant names, and not only up to the first that is red. */
  readonly every: boolean;
  /** Looks at all other ids too. */
  readonly others: boolean;
  readonly tell: (line: string) => void;
}

/** Runs of mutants over one copy of the repository, whose results are kept as they come. */
export class Session {
  readonly #options: SessionOptions;
  readonly #workplace: Workplace;
  readonly #tests: readonly ListedTest[];
  readonly #bookFile: string;
  #book: Book;

  constructor(options: SessionOptions, tests: readonly ListedTest[]) {
    this.#options = options;
    this.#workplace = openWorkplace(options.root);
    this.#tests = tests;
    this.#bookFile = bookFileOf(options.root);
    this.#book = readBook(this.#bookFile);
  }

  static async open(options: SessionOptions): Promise<Session> {
    const tests = (await listTests(options.root)).filter(({ project, isDraft }) => project === "api" && !isDraft);
    return new Session(options, tests);
  }

  close(): void {
    this.#workplace.remove();
  }

  /** Ids that are red without any mutant; nothing can be said with them. */
  async notGreen(ids: readonly string[]): Promise<readonly string[]> {
    const { root } = this.#workplace;
    const rooms = roomsPrint(root);
    const printOf = (id: string): string => casePrint(rooms, root, this.#specsOf([id]));
    const asked = ids.filter((id) => this.#book.green[id] !== printOf(id));
    if (asked.length === 0) return [];
    this.#options.tell(`without a mutant: ${asked.length} cases`);
    const { tests } = await runSpecs({ root, tests: this.#testsOf(asked), limitMs: SUITE_LIMIT_MS, untilRed: false });
    const ended = (wanted: "passed" | "failed"): Set<string> =>
      new Set(tests.filter(({ status }) => status === wanted).map(({ plan }) => plan));
    const [passed, failed] = [ended("passed"), ended("failed")];
    const proven = asked.filter((id) => passed.has(id) && !failed.has(id));
    this.#keep({ ...this.#book, green: { ...this.#book.green, ...Object.fromEntries(proven.map((id) => [id, printOf(id)])) } });
    return asked.filter((id) => !proven.includes(id));
  }

  /** What a mutant came to before, when nothing that decides about it has changed; undefined otherwise. */
  known(mutant: Mutant): Result | undefined {
    const result = this.#book.results[mutant.id];
    return result?.print === this.#print(mutant) ? result : undefined;
  }

  async run(mutant: Mutant): Promise<Result> {
    const { root } = this.#workplace;
    const print = this.#print(mutant);
    const started = performance.now();
    const result = await this.#workplace.mutated(mutant.edit, async () => {
      const named = await runSpecs({ root, tests: this.#testsOf(mutant.red), limitMs: NAMED_LIMIT_MS, untilRed: !this.#options.every });
      const verdict = judge(named, mutant.red);
      return this.#options.others && verdict.end !== "errored" ? { ...verdict, others: await this.#othersOf(mutant) } : verdict;
    });
    const whole: Result = { print, seconds: Math.round((performance.now() - started) / 1000), ...result };
    this.#keep({ ...this.#book, results: { ...this.#book.results, [mutant.id]: whole } });
    return whole;
  }

  async #othersOf({ red }: Mutant): Promise<readonly string[]> {
    const tests = this.#tests.filter(({ plan }) => !red.includes(plan));
    return redIds(await runSpecs({ root: this.#workplace.root, tests, limitMs: SUITE_LIMIT_MS, untilRed: false }));
  }

  #print(mutant: Mutant): string {
    return mutantPrint(mutant, this.#workplace.root, this.#specsOf(mutant.red));
  }

  #specsOf(ids: readonly string[]): readonly string[] {
    return [...new Set(this.#testsOf(ids).map(({ file }) => file))];
  }

  #testsOf(ids: readonly string[]): readonly ListedTest[] {
    return this.#tests.filter(({ plan }) => ids.includes(plan));
  }

  #keep(book: Book): void {
    this.#book = book;
    writeBook(this.#bookFile, book);
  }
}
