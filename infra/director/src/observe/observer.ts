import type { DirectorDoor } from "../director-door.ts";
import { AlertClient } from "./alert-client.ts";
import { LogClient } from "./log-client.ts";
import { MetricClient } from "./metric-client.ts";

/** Metrics, alerts and logs of one project, as whoever has its key reads them. */
export interface Observer {
  readonly metrics: MetricClient;
  readonly alerts: AlertClient;
  readonly logs: LogClient;
}

/** A project key is the base64 of "user:password" and stands for a Basic header. */
export const observerOf = (door: DirectorDoor, projectKey: string): Observer => {
  const text = Buffer.from(projectKey, "base64").toString("utf8");
  const colon = text.indexOf(":");
  const key = { publicValue: text.slice(0, colon), secretValue: text.slice(colon + 1) };
  const keyed = door.as({ kind: "key", key });
  return { metrics: new MetricClient(keyed), alerts: new AlertClient(keyed), logs: new LogClient(keyed) };
};
