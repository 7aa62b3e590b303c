import { factSchema, type Fact } from "@kubera-e2e/schema/evidence";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { NdjsonFile } from "./ndjson-file.ts";

/** Facts in a file that only grows, one a line; secrets are masked before. */
export class FactFile {
  readonly #file: NdjsonFile;
  readonly #redactor: Redactor;

  constructor(path: string, redactor: Redactor) {
    this.#file = new NdjsonFile(path);
    this.#redactor = redactor;
  }

  get trouble(): string | undefined {
    return this.#file.trouble;
  }

  append(fact: Fact): void {
    const data = Object.entries(fact.data).map(([key, value]) => [key, typeof value === "string" ? this.#redactor.text(value) : value]);
    this.#file.append(Date.parse(fact.at), { ...fact, data: Object.fromEntries(data) as Fact["data"] });
  }

  /** Facts whose time lies in the window. */
  async between(fromMs: number, toMs: number): Promise<Fact[]> {
    const values = await this.#file.read(fromMs, toMs);
    return values.flatMap((value) => {
      const { success, data } = factSchema.safeParse(value);
      return success && Date.parse(data.at) >= fromMs && Date.parse(data.at) <= toMs ? [data] : [];
    });
  }

  flush(): Promise<void> {
    return this.#file.flush();
  }
}
