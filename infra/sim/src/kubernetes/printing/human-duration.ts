const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

const two = (ms: number, big: { size: number; unit: string }, small: { size: number; unit: string }): string => {
  const whole = Math.floor(ms / big.size);
  const rest = Math.floor((ms % big.size) / small.size);
  return rest === 0 ? `${whole}${big.unit}` : `${whole}${big.unit}${rest}${small.unit}`;
};

/** A duration as kubectl prints it: `45s`, `2m5s`, `47m`, `5h3m`, `3d4h`, `12d`, `2y40d`. */
export const humanDuration = (ms: number): string => {
  const positive = Math.max(0, ms);
  const minute = { size: MINUTE, unit: "m" };
  const hour = { size: HOUR, unit: "h" };
  const day = { size: DAY, unit: "d" };
  if (positive < 2 * MINUTE) return `${Math.floor(positive / SECOND)}s`;
  if (positive < 10 * MINUTE) return two(positive, minute, { size: SECOND, unit: "s" });
  if (positive < 3 * HOUR) return `${Math.floor(positive / MINUTE)}m`;
  if (positive < 8 * HOUR) return two(positive, hour, minute);
  if (positive < 2 * DAY) return `${Math.floor(positive / HOUR)}h`;
  if (positive < 8 * DAY) return two(positive, day, hour);
  if (positive < 2 * YEAR) return `${Math.floor(positive / DAY)}d`;
  if (positive < 8 * YEAR) return two(positive, { size: YEAR, unit: "y" }, day);
  return `${Math.floor(positive / YEAR)}y`;
};

/** How long ago a time was; `<unknown>` when there is none. */
export const age = (time: unknown, nowMs: number): string =>
  typeof time === "string" ? humanDuration(nowMs - Date.parse(time)) : "<unknown>";
