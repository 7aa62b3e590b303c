import type { Call } from "../call.ts";
import { ok } from "../http/envelope.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import { evaluate, QueryFault } from "../observe/promql.ts";
import { projectOfKey } from "../project-key.ts";

const badData = (error: string): Reply => ({ status: 400, body: { status: "error", errorType: "bad_data", error } });

/** The moment that a query asks for, in milliseconds since 1970. Throws `QueryFault` for one that is no number of seconds. */
const momentOf = (call: Call): number | undefined => {
  const time = call.request.query.get("time");
  if (time === null) return undefined;
  if (!/^\d+(\.\d+)?$/.test(time)) throw new QueryFault(`cannot parse ${JSON.stringify(time)} to a valid timestamp`);
  return Math.round(Number(time) * 1000);
};

/** An instant query of now or of a given time, over all clusters of the project whose key is given. */
const query = (call: Call): Reply => {
  const projectId = projectOfKey(call);
  const unknown = [...call.request.query.keys()].find((key) => key !== "query" && key !== "time");
  if (unknown !== undefined) return badData(`parameter "${unknown}" is not known here`);
  const asked = call.request.query.get("query") ?? "";
  try {
    const atMs = momentOf(call);
    const entries = evaluate(asked, call.director.samplesOf(projectId, atMs));
    const seconds = (atMs ?? call.director.time.now()) / 1000;
    const result = entries.map(({ metric, value }) => ({ metric, value: [seconds, String(value)] }));
    return ok({ status: "success", data: { resultType: "vector", result } });
  } catch (error) {
    if (error instanceof QueryFault) return badData(`invalid parameter "query": ${error.message}`);
    throw error;
  }
};

export const metricRoutes: readonly Route[] = [get("maya-cortex-pull/api/prom/api/v1/query", query)];
