import { isKuberaError } from "@kubera-e2e/schema/kubera-error";

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

/** An error in one line: what it is and, for errors of the house, why. */
export const reasonOf = (error: unknown): string => {
  if (isKuberaError(error)) return `${firstLine(error.message)} (${firstLine(error.because)})`;
  return error instanceof Error ? firstLine(error.message) : String(error);
};
