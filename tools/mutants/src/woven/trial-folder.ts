import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Trials } from "./trial-key.ts";

/** In a copy of the repository, beside what it holds: by its files the tests and the simulator, processes apart, know what lives. */
const TRIAL_FOLDER = "mutant-switch";

export type TrialEnd = "red" | "green" | "skipped";

/** Which tests run under which mutants (`trials.json`), which of these live, how the last test ended, and who is asked no further. */
export class TrialFolder {
  readonly path: string;

  constructor(root: string) {
    this.path = join(root, TRIAL_FOLDER);
  }

  /** Empty, as no mutant lives. `records`: what would have been met is written down. */
  make({ records }: { readonly records: boolean }): void {
    mkdirSync(this.path);
    for (const name of ["now", "reached", "last", "ended", ...(records ? ["records"] : [])]) this.#write(name, "");
  }

  /** Every test runs as it is where it is undefined. */
  choose(trials: Trials | undefined): void {
    this.#write("trials.json", JSON.stringify(trials ?? null));
    this.#write("ended", "");
  }

  chosen(): Trials | undefined {
    return (JSON.parse(this.#read("trials.json")) as Trials | null) ?? undefined;
  }

  live(id: string): void {
    this.#write("now", id);
  }

  rest(): void {
    this.#write("now", "");
  }

  get last(): string {
    return this.#read("last");
  }

  set last(end: TrialEnd) {
    this.#write("last", end);
  }

  isAskedNoMore(id: string): boolean {
    return this.#read("ended").split("\n").includes(id);
  }

  askNoMore(id: string): void {
    appendFileSync(join(this.path, "ended"), `${id}\n`);
  }

  /** Lines `<ms since 1970> <id>`. */
  reached(): readonly string[] {
    return this.#read("reached").split("\n").filter(Boolean);
  }

  #read(name: string): string {
    return readFileSync(join(this.path, name), "utf8");
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }
}
