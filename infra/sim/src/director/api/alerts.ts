import type { Call } from "../call.ts";
import { forbidden, invalid, missing, notFound } from "../http/api-error.ts";
import { created, ok } from "../http/envelope.ts";
import { get, post, type Reply, type Route } from "../http/router.ts";
import { isRecord, listAt, recordAt, textAt } from "../json.ts";
import { projectOfKey } from "../project-key.ts";
import type { AlertRow } from "../rows.ts";

const JOB = "cluster_uuid_";

const ownAnnotations = (alert: AlertRow): Readonly<Record<string, string>> => ({
  SUMMARY: alert.summary,
  MSG: alert.summary,
  REASON: alert.name,
  EVENTCODE: alert.name,
  RESOURCE_NAME: alert.resource,
  COMPONENTID: alert.resource,
  COMPONENTTYPE: alert.component,
});

const presentAlert = (alert: AlertRow): unknown => ({
  id: alert.id,
  labels: { alertname: alert.name, job: `${JOB}${alert.clusterId}`, severity: alert.severity },
  annotations: alert.annotations ?? ownAnnotations(alert),
  startsAt: alert.created,
  acknowledged: alert.acknowledged === true,
});

const alertsOf = (call: Call, projectId: string): readonly AlertRow[] =>
  call.director
    .alertStore()
    .list("alerts")
    .filter((alert) => alert.projectId === projectId && alert.stored === true);

const list = (call: Call): Reply => {
  const all = alertsOf(call, projectOfKey(call));
  const job = call.request.query.get("job");
  const wanted = job === null ? all : all.filter(({ clusterId }) => `${JOB}${clusterId}` === job);
  return ok({ status: "success", data: wanted.map(presentAlert) });
};

/** The cluster that an alert names by its job. Errors: 422 for one that is none of the project. */
const clusterOfJob = (call: Call, projectId: string): string => {
  const job = textAt(call.request.body, "labels", "job") ?? "";
  const cluster = call.db.list("clusters").find(({ id }) => job === `${JOB}${id}`);
  if (cluster?.projectId !== projectId) throw invalid("labels.job names no cluster of the project", "InvalidReference");
  return cluster.id;
};

const textsOf = (record: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(isRecord(record) ? record : {}).map(([name, value]) => [name, String(value)]));

/** As elastalert posts it. Errors: 403 when x-scope-orgid is another project than the key's, 422 without name or cluster. */
const take = (call: Call): Reply => {
  const projectId = projectOfKey(call);
  const scope = call.request.headers["x-scope-orgid"] ?? projectId;
  if (scope !== projectId) throw forbidden("x-scope-orgid is not the project of the key");
  const { body } = call.request;
  const name = textAt(body, "labels", "alertname") ?? "";
  if (name === "") throw missing("labels.alertname");
  const annotations = textsOf(recordAt(body, "annotations"));
  const { SUMMARY: summary = "", RESOURCE_NAME: resource = "", COMPONENTTYPE: component = "" } = annotations;
  const severity = textAt(body, "labels", "severity") ?? "info";
  const clusterId = clusterOfJob(call, projectId);
  const row = { projectId, clusterId, name, severity, summary, resource, component, annotations, stored: true } as const;
  const alert = call.director.alertStore().insert("alerts", row);
  return created({ status: "success", data: presentAlert(alert) });
};

/** All of them or none. Errors: 422 without ids, 404 for one that the project does not have. */
const acknowledge = (call: Call): Reply => {
  const own = new Set(alertsOf(call, projectOfKey(call)).map(({ id }) => id));
  const ids = listAt(call.request.body, "ids").map(String);
  if (ids.length === 0) throw missing("ids");
  const unknown = ids.find((id) => !own.has(id));
  if (unknown !== undefined) throw notFound(`alert ${unknown} is unknown`);
  const done = ids.flatMap((id) => call.db.update("alerts", id, { acknowledged: true }) ?? []);
  return ok({ status: "success", data: done.map(presentAlert) });
};

export const alertRoutes: readonly Route[] = [
  get("alertstore/alerts", list),
  post("alertstore/alerts", take),
  post("alertstore/alerts/acknowledge", acknowledge),
];
