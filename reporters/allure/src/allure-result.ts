import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface AllureLabel {
  readonly name: string;
  readonly value: string;
}

export interface AllureAttachment {
  readonly name: string;
  readonly type: string;
  readonly source: string;
}

interface AllureLink {
  readonly type?: string;
  readonly name?: string;
  readonly url: string;
}

/** Times are milliseconds since 1970. */
export interface AllureStep {
  readonly name: string;
  readonly status?: string;
  readonly stage?: string;
  readonly start?: number;
  readonly stop?: number;
  readonly steps?: readonly AllureStep[];
  readonly attachments?: readonly AllureAttachment[];
}

/** What of a `*-result.json` is read and changed here; everything else in it is kept as it stands. */
export interface AllureResult {
  readonly uuid: string;
  readonly name: string;
  readonly fullName: string;
  readonly status: string;
  readonly statusDetails: { readonly message?: string; readonly trace?: string };
  readonly description?: string;
  readonly labels: readonly AllureLabel[];
  readonly links: readonly AllureLink[];
  readonly attachments: readonly AllureAttachment[];
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly steps: readonly AllureStep[];
  /** What the reporter wrote, where a verdict has changed it. */
  readonly original?: Pick<AllureResult, "status" | "statusDetails">;
}

const RESULT = /-result\.json$/;

/** Names of the results in a folder, in a stable order. */
export const resultFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => RESULT.test(name))
    .toSorted();

const EMPTY = { status: "unknown", statusDetails: {}, labels: [], links: [], attachments: [], parameters: [], steps: [] };

export const readResult = (file: string): AllureResult => ({ ...EMPTY, ...(JSON.parse(readFileSync(file, "utf8")) as AllureResult) });

/** Whole or not at all; Allure's reader passes over `.tmp`. */
export const writeWhole = (file: string, text: string): void => {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { flush: true });
  renameSync(temporary, file);
};

export const writeJson = (folder: string, name: string, value: unknown): void =>
  writeWhole(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
