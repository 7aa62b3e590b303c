import { basicOf, type Call } from "../call.ts";
import { unauthorized } from "../http/api-error.ts";
import { ok } from "../http/envelope.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import type { AlertRow } from "../rows.ts";
import { projectKey } from "../secrets.ts";

const presentAlert = (alert: AlertRow): unknown => ({
  labels: { alertname: alert.name, job: `cluster_uuid_${alert.clusterId}`, severity: alert.severity },
  annotations: {
    SUMMARY: alert.summary,
    MSG: alert.summary,
    REASON: alert.name,
    EVENTCODE: alert.name,
    RESOURCE_NAME: alert.resource,
    COMPONENTID: alert.resource,
    COMPONENTTYPE: alert.component,
  },
  startsAt: alert.created,
});

/** The project whose key the request carries; this route knows no other credentials. */
const projectOf = (call: Call): string => {
  const given = basicOf(call.request.headers.authorization);
  const key = call.db.state.sessionKey;
  const project = call.db.list("projects").find((row) => row.id === given?.user);
  if (project === undefined || projectKey(project.id, key).password !== given?.password) throw unauthorized("the project key is not valid");
  return project.id;
};

const list = (call: Call): Reply => {
  const projectId = projectOf(call);
  const alerts = call.db.list("alerts").filter((alert) => alert.projectId === projectId);
  return ok({ status: "success", data: alerts.map(presentAlert) });
};

export const alertRoutes: readonly Route[] = [get("alertstore/alerts", list)];
