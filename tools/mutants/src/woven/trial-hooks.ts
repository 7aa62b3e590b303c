import type { TestInfo } from "@playwright/test";
import type { TrialFolder } from "./trial-folder.ts";
import { readTitle, type TitledTrial } from "./trial-titles.ts";

/** On a test that leaves its bed to be restored. */
export const DISTURBS = "disturbs";

type Test = Pick<TestInfo, "title" | "annotations" | "fail" | "skip">;

/** What a copy's fixtures ask while a test comes and goes. */
export class TrialHooks {
  readonly #folder: TrialFolder;

  constructor(folder: TrialFolder) {
    this.#folder = folder;
  }

  /** Before the bed: a test that is not needed any more asks for none. */
  begins(test: Test): void {
    const { trial } = readTitle(test.title);
    if (trial === undefined) return;
    if (trial.isControl) return test.skip(this.#folder.last !== "red", "the test before it was not red");
    if (!this.#folder.isAskedNoMore(trial.id)) return;
    this.#folder.last = "skipped";
    test.skip(true, "it was noticed already");
  }

  /** What a case finds older than its control plane is made under the mutant. */
  makesOlder(test: Test): void {
    const mutant = this.#mutantOf(test);
    if (mutant !== undefined) this.#folder.live(mutant.id);
  }

  /** Its fixtures meet the mutant too, and where one fails the body never runs. */
  isOnBed(test: Test, { disturbs }: { readonly disturbs: boolean }): void {
    if (disturbs) test.annotations.push({ type: DISTURBS });
    const mutant = this.#mutantOf(test);
    if (mutant === undefined) return;
    this.#folder.last = "red";
    this.#folder.live(mutant.id);
  }

  /** Whoever is first on a Director signs in, and in a trial each test may be. */
  signsInAnew({ title }: Test): boolean {
    return readTitle(title).trial !== undefined;
  }

  /** No mutant lives. */
  rests(): void {
    this.#folder.rest();
  }

  /** Whether the bed is restored behind it: a red body has left it to be cleaned, and what fails while it is cleaned has not cleaned it. */
  spoilsBed(test: Test, { failed, disturbs }: { readonly failed: boolean; readonly disturbs: boolean }): boolean {
    if (this.#mutantOf(test) === undefined) return disturbs || failed;
    const hasLeft = failed && this.#folder.last === "green";
    if (failed) {
      // What is expected to fail ends no worker.
      test.fail();
      this.#folder.last = "red";
    }
    return hasLeft || disturbs;
  }

  #mutantOf({ title }: Test): TitledTrial | undefined {
    const { trial } = readTitle(title);
    return trial?.isControl === false ? trial : undefined;
  }
}
