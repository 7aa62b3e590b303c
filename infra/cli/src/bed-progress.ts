import type { ProgressEvent } from "@kubera-e2e/lifecycle";

const WIDTHS = { phase: 24, subject: 22 } as const;

/** One line for the begin of each phase, and for the end of each step and phase; a phase is told apart by its mark. */
export const progressLine = (event: ProgressEvent): string | undefined => {
  const isPhase = event.subject === undefined;
  if (event.state === "waiting" || (event.state === "started" && !isPhase)) return undefined;
  const took = event.ms === undefined ? "" : ` ${(event.ms / 1000).toFixed(1)} s`;
  const subject = (event.subject ?? "─".repeat(WIDTHS.subject)).padEnd(WIDTHS.subject);
  const because = event.because === undefined ? "" : `  ${event.because}`;
  return `${event.at.slice(11, 19)}  ${event.phase.padEnd(WIDTHS.phase)} ${subject} ${event.state}${took}${because}`;
};

/** Progress on stderr; stdout stays for the result. */
export const printProgress = (event: ProgressEvent): void => {
  const line = progressLine(event);
  if (line !== undefined) process.stderr.write(`${line}\n`);
};
