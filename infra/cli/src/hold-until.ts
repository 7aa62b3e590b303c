import { parseDuration } from "@kubera-e2e/schema/duration";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";

const timeOfDay = (text: string, nowMs: number): number | undefined => {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const time = new Date(nowMs);
  time.setHours(Number(hours), Number(minutes), 0, 0);
  if (time.getTime() <= nowMs) time.setDate(time.getDate() + 1);
  return time.getTime();
};

const moment = (text: string): number | undefined => {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(text) ?? [];
  // Date.parse takes the 31st of February for the 3rd of March.
  if (day === undefined || new Date(Number(year), Number(month), 0).getDate() < Number(day)) return undefined;
  const ms = Date.parse(text.length === 10 ? `${text}T23:59:59` : text);
  return Number.isNaN(ms) ? undefined : ms;
};

const durationFrom = (text: string, nowMs: number): number | undefined => {
  const ms = parseDuration(text);
  return ms === undefined ? undefined : nowMs + ms;
};

/** The end of the calendar that dates are written in. */
const LATEST_MS = Date.UTC(9999, 11, 31);

/** Milliseconds since 1970 of "2h30m" from now, "18:00" of today or tomorrow, or "2026-11-28T18:00"; local time unless it says otherwise. Error: `USAGE`. */
export const parseUntil = (text: string, nowMs: number): number => {
  const untilMs = durationFrom(text, nowMs) ?? timeOfDay(text, nowMs) ?? moment(text);
  if (untilMs !== undefined && untilMs > nowMs && untilMs < LATEST_MS) return untilMs;
  throw new KuberaError("USAGE", {
    what: `--until ${text} is ${untilMs !== undefined && untilMs <= nowMs ? "over already" : "no time"}`,
    where: "--until",
    because: "a bed is held until a time to come, so that nobody has to remember it",
    fix: "Write a duration (2h30m, 3d), a time of day (18:00), or a date with or without time (2026-11-28, 2026-11-28T18:00).",
  });
};
