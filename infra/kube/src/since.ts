const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** "45 s", "4 min 12 s", "3 h 5 min", "2 d 4 h": the two largest units. */
export const lasting = (ms: number): string => {
  const seconds = Math.max(Math.round(ms / 1000), 0);
  const steps = [
    { length: DAY_S, unit: "d" },
    { length: HOUR_S, unit: "h" },
    { length: MINUTE_S, unit: "min" },
    { length: 1, unit: "s" },
  ];
  const first = steps.findIndex(({ length }) => seconds >= length);
  if (first === -1) return "0 s";
  const [large, small] = steps.slice(first, first + 2);
  if (large === undefined || small === undefined) return `${seconds} s`;
  const rest = Math.floor((seconds % large.length) / small.length);
  return `${Math.floor(seconds / large.length)} ${large.unit}${rest === 0 ? "" : ` ${rest} ${small.unit}`}`;
};

/** "14:03:07Z, 4 min 12 s", with its day when that is another one; undefined for what is no time. */
export const since = (time: string | undefined, nowMs: number): string | undefined => {
  const atMs = Date.parse(time ?? "");
  if (Number.isNaN(atMs)) return undefined;
  const at = new Date(atMs).toISOString().replace(/\.\d+Z$/, "Z");
  const [day = "", clock = ""] = at.split("T");
  const shown = new Date(nowMs).toISOString().startsWith(day) ? clock : at;
  return `${shown}, ${lasting(nowMs - atMs)}`;
};
