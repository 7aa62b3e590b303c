import type { Call } from "../call.ts";
import { ok } from "../http/envelope.ts";
import { get, type Reply, type Route } from "../http/router.ts";
import { evaluate, QueryFault } from "../observe/promql.ts";
import { projectOfKey } from "../project-key.ts";

const badData = (error: string): Reply => ({ status: 400, body: { status: "error", errorType: "bad_data", error } });

/** An instant query of now, over all clusters of the project whose key is given. */
const query = (call: Call): Reply => {
  const projectId = projectOfKey(call);
  const nowMs = call.director.time.now();
  const unknown = [...call.request.query.keys()].find((key) => key !== "query");
  if (unknown !== undefined) return badData(`parameter "${unknown}" is not known here`);
  const asked = call.request.query.get("query") ?? "";
  try {
    const entries = evaluate(asked, call.director.samplesOf(projectId));
    const result = entries.map(({ metric, value }) => ({ metric, value: [nowMs / 1000, String(value)] }));
    return ok({ status: "success", data: { resultType: "vector", result } });
  } catch (error) {
    if (error instanceof QueryFault) return badData(`invalid parameter "query": ${error.message}`);
    throw error;
  }
};

export const metricRoutes: readonly Route[] = [get("maya-cortex-pull/api/prom/api/v1/query", query)];
