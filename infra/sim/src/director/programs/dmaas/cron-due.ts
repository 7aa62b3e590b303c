import { Cron } from "croner";

/** Why a text is no cron expression of five fields or a shorthand such as `@hourly`; undefined when it is one. */
export const cronFault = (expression: string): string | undefined => {
  if (!expression.startsWith("@") && expression.trim().split(/\s+/).length !== 5) return `"${expression}" has not five fields`;
  try {
    return new Cron(expression, { timezone: "UTC" }).getPattern() === undefined ? "there is no pattern" : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

export interface Moment {
  /** When it was looked for the next time, milliseconds since 1970. */
  readonly since: number;
  readonly now: number;
  /** By how much durations are divided. */
  readonly speed: number;
}

/** Whether the time that an expression names has come, as far as simulated time has passed since then. */
export const isDue = (expression: string, { since, now, speed }: Moment): boolean => {
  const next = new Cron(expression, { timezone: "UTC" }).nextRun(new Date(since));
  return next !== null && (now - since) * speed >= next.getTime() - since;
};
