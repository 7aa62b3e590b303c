/** Names inside `_artifacts/<run>/`, so that writers and readers agree. */
export const RUN_FILES = {
  outcome: "outcome.json",
  manifest: "manifest.json",
  incidents: "incidents.json",
  config: "config.json",
  restore: "restore.json",
  junit: "junit.xml",
  allureResults: "allure-results",
  report: "report",
  evidence: "evidence",
} as const;

/** A run id that sorts by time: `20261124-041022-4711`. */
export const newRunId = (nowMs: number, pid: number): string => {
  const [day = "", time = ""] = new Date(nowMs).toISOString().split("T");
  return `${day.replaceAll("-", "")}-${time.slice(0, 8).replaceAll(":", "")}-${pid}`;
};
