import { listTests } from "@kubera-e2e/cli/list-tests";
import { besideNamed, leftOutOf } from "./beside.ts";
import { namesCase, type Mutant } from "./catalogue.ts";
import { readBook, writeBook, type Book, type Result } from "./results.ts";
import { casePrint, mutantPrint, roomsPrint } from "./prints.ts";
import { runSpecs } from "./run-specs.ts";
import { SuiteTests } from "./suite-tests.ts";
import { isWhole, judge, redIds } from "./verdict.ts";
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
  readonly tests: SuiteTests;
  readonly #options: SessionOptions;
  #book: Book;
  #workplace: Workplace | undefined;

  constructor(options: SessionOptions, tests: SuiteTests) {
    this.#options = options;
    this.tests = tests;
    this.#book = readBook(options.root);
  }

  static async open(options: SessionOptions): Promise<Session> {
    return new Session(options, new SuiteTests(await listTests(options.root)));
  }

  close(): void {
    this.#workplace?.remove();
  }

  /** Ids that are red without any mutant; nothing can be said with them. */
  async notGreen(ids: readonly string[]): Promise<readonly string[]> {
    const { root } = this.#place;
    const rooms = roomsPrint(root);
    const printOf = (id: string): string => casePrint(rooms, root, this.tests.specsOf([id]));
    const asked = ids.filter((id) => this.#book.green[id] !== printOf(id));
    if (asked.length === 0) return [];
    this.#options.tell(`without a mutant: ${asked.length} cases`);
    const { tests } = await runSpecs({ root, tests: this.tests.ofCases(asked), limitMs: SUITE_LIMIT_MS, untilRed: false });
    const ended = (wanted: "passed" | "failed"): Set<string> =>
      new Set(tests.filter(({ status }) => status === wanted).map(({ plan }) => plan));
    const [passed, failed] = [ended("passed"), ended("failed")];
    const proven = asked.filter((id) => passed.has(id) && !failed.has(id));
    this.#keep({ green: Object.fromEntries(proven.map((id) => [id, printOf(id)])) });
    return asked.filter((id) => !proven.includes(id));
  }

  /** What a mutant came to before, when nothing that decides about it has changed; undefined otherwise. */
  known(mutant: Mutant): Result | undefined {
    const result = this.#book.results[mutant.id];
    return result?.print === this.#print(mutant) ? result : undefined;
  }

  /** Runs mutants at once, and answers what each came to, in their order. Those of one run must not be in each other's way. */
  async run(mutants: readonly Mutant[]): Promise<readonly Result[]> {
    const { root } = this.#place;
    const prints = mutants.map((mutant) => this.#print(mutant));
    const started = performance.now();
    const tests = this.tests.ofCases(mutants.flatMap(({ red }) => red));
    const untilRed = mutants.length === 1 && !this.#options.every;
    const edits = mutants.map(({ edit }) => edit);
    // Read now: with the edit made, no source is as it was.
    const before = mutants.map((mutant): Partial<Result> => this.known(mutant) ?? {});
    const shown = before.flatMap(({ others = [] }) => others);
    const verdicts = await this.#place.mutated(edits, async () => {
      const run = await runSpecs({ root, tests, limitMs: NAMED_LIMIT_MS, untilRed });
      const [only, ...more] = mutants;
      const isLookedFor = this.#options.others && only !== undefined && more.length === 0;
      const others = isLookedFor ? await this.#othersOf(only, shown) : {};
      return mutants.map(({ red }) => ({ ...judge(run, red), ...others }));
    });
    const seconds = Math.round((performance.now() - started) / 1000 / mutants.length);
    const together = mutants.length > 1 ? { together: mutants.length } : {};
    const results = verdicts.map((verdict, index): Result => {
      const known = besideNamed("others" in verdict ? { inFolders: before[index]?.inFolders } : before[index]);
      return { ...known, print: prints[index] ?? "", seconds, ...together, ...verdict };
    });
    this.#keep({ results: Object.fromEntries(mutants.map(({ id }, index) => [id, results[index]])) as Book["results"] });
    return results;
  }

  /** Ids that were red when all cases of a folder ran under a mutant, as the suite runs them; undefined where not all of them ran. */
  async redIn(folder: string, { edit }: Mutant): Promise<readonly string[] | undefined> {
    const tests = this.tests.inFolder(folder);
    const { root } = this.#place;
    const run = await this.#place.mutated([edit], () => runSpecs({ root, tests, limitMs: SUITE_LIMIT_MS, untilRed: false }));
    return isWhole(run, tests.length) ? redIds(run) : undefined;
  }

  /** What is found out of mutants beside this session's own runs is kept for sources and specs as they are now. */
  keeper(mutants: readonly Mutant[]): (found: Readonly<Record<string, Omit<Result, "print">>>) => void {
    const prints = new Map(mutants.map((mutant) => [mutant.id, this.#print(mutant)]));
    return (found) => {
      const results = Object.entries(found).map(([id, result]) => [id, { print: prints.get(id) ?? "", ...result }] as const);
      this.#keep({ results: Object.fromEntries(results) });
    };
  }

  /** Made when it is needed, and from then on what everything is read from. */
  get #place(): Workplace {
    return (this.#workplace ??= openWorkplace(this.#options.root));
  }

  /** Nothing where not all of them ran: what did not run was not green. */
  async #othersOf(mutant: Mutant, before: readonly string[]): Promise<Pick<Result, "others" | "leftOut">> {
    const tests = this.tests.all.filter(({ plan }) => !namesCase(mutant, plan));
    const run = await runSpecs({ root: this.#place.root, tests, limitMs: SUITE_LIMIT_MS, untilRed: false });
    const shown = before.filter((plan) => mutant.also?.includes(plan));
    return isWhole(run, tests.length) ? { others: [...shown, ...redIds(run)], ...leftOutOf(mutant) } : {};
  }

  #print(mutant: Mutant): string {
    return mutantPrint(mutant, this.#workplace?.root ?? this.#options.root, this.tests.specsOf(mutant.red));
  }

  /** Onto what lies there by now: somebody else may run other mutants. */
  #keep({ green = {}, results = {} }: Partial<Book>): void {
    const { root } = this.#options;
    const now = readBook(root);
    this.#book = { green: { ...now.green, ...green }, results: { ...now.results, ...results } };
    writeBook(root, this.#book);
  }
}
