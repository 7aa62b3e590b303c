import type { ProgressEvent } from "@kubera-e2e/lifecycle";

const WIDTH = 26;

/** One line of progress on stderr for each step that began or ended; stdout stays for the result. */
export const printProgress = (event: ProgressEvent): void => {
  if (event.state === "waiting") return;
  const took = event.ms === undefined ? "" : ` ${(event.ms / 1000).toFixed(1)} s`;
  const subject = (event.subject ?? "").padEnd(WIDTH);
  const because = event.because === undefined ? "" : `  ${event.because}`;
  process.stderr.write(`${event.at.slice(11, 23)} ${event.phase.padEnd(24)} ${subject} ${event.state}${took}${because}\n`);
};
