import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { BedContext } from "./bed-context.ts";
import { endedWithin } from "./deadline.ts";
import { renewCommand } from "./go-on.ts";
import type { ProgressEvent } from "./progress.ts";
import { reasonOf } from "./reason-of.ts";
import type { RenewCommand, RunCommand } from "./renew-steps.ts";

/** What all parts of one renewal know. */
export interface Renewal {
  readonly context: BedContext;
  readonly state: string;
  readonly signal: AbortSignal;
  readonly run: RunCommand;
}

export const tellRenewal = ({ context }: Renewal, event: Omit<ProgressEvent, "at" | "verb">): void =>
  context.onProgress({ at: new Date(context.clock.now()).toISOString(), verb: "renew", ...event });

/** A failure whose remedy is to repair something and renew again; the set of before is as it was. */
export const renewFailed = ({ context, state }: Renewal, parts: { what: string; where: string; because: string; cause?: unknown }) =>
  new KuberaError("RENEW_FAILED", {
    ...parts,
    fix: `Repair it; the set of before is whole and can be restored. Then go on with: ${renewCommand(context.bed.name, state)}`,
  });

/** A VM that boots refuses at first: the command is tried again as long as the step says. */
const attempt = async (renewal: Renewal, command: RenewCommand): Promise<void> => {
  const { clock, bed } = renewal.context;
  const { argv, environment, name, subject } = command;
  const endMs = clock.monotonicMs() + command.retryUntilMs;
  const deadline = { clock, ms: command.timeoutMs, what: `"${name}"`, where: subject, signal: renewal.signal };
  for (;;) {
    try {
      return await endedWithin(deadline, (signal) => renewal.run({ argv, environment, signal }));
    } catch (error) {
      renewal.signal.throwIfAborted();
      if (clock.monotonicMs() + bed.intervals.poll > endMs) throw error;
      tellRenewal(renewal, { phase: name, subject, state: "waiting", because: `${reasonOf(error)}; trying again` });
      await clock.sleep(bed.intervals.poll, renewal.signal);
    }
  }
};

/** Runs the declared commands one after the other. Error: `RENEW_FAILED` with what the command said last. */
export const runCommands = async (renewal: Renewal, commands: readonly RenewCommand[]): Promise<void> => {
  const { clock, bed, redactor } = renewal.context;
  for (const command of commands) {
    const { name, subject, argv } = command;
    const startMs = clock.monotonicMs();
    try {
      await attempt(renewal, command);
      tellRenewal(renewal, { phase: name, subject, state: "done", ms: clock.monotonicMs() - startMs });
    } catch (cause) {
      renewal.signal.throwIfAborted();
      tellRenewal(renewal, { phase: name, subject, state: "failed", because: reasonOf(cause) });
      const because = cause instanceof KuberaError ? reasonOf(cause) : cause instanceof Error ? cause.message : String(cause);
      throw renewFailed(renewal, {
        what: `"${name}" failed on ${subject} of the bed ${bed.name}`,
        where: redactor.text(argv.join(" ")),
        because: redactor.text(because),
        cause,
      });
    }
  }
};
