/** A duration as Go prints it: `151ms`, `1.204s`, `1m2.5s`. */
export const goDuration = (ms: number): string => {
  const whole = Math.round(ms);
  if (whole < 1000) return `${whole}ms`;
  const minutes = Math.floor(whole / 60_000);
  const seconds = `${Number(((whole % 60_000) / 1000).toFixed(3))}s`;
  return minutes === 0 ? seconds : `${minutes}m${seconds}`;
};
