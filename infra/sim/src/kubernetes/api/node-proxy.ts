import { ApiStatusError, noSuchResource } from "../api-status.ts";
import { json, type Answer, type Call } from "./call.ts";
import { existing } from "./reading.ts";
import type { Target } from "./target.ts";

/** Passes `/stats/summary` on to the kubelet of a node. Errors: 404 for other paths, 503 when the node does not answer. */
export const nodeProxy = async (call: Call, target: Target): Promise<Answer> => {
  const { name } = existing(call, target).metadata;
  if (target.tail.join("/") !== "stats/summary") throw noSuchResource();
  const summary = await call.process.kubelets.statsSummary(name);
  if (summary !== undefined) return json(summary);
  throw new ApiStatusError({
    code: 503,
    reason: "ServiceUnavailable",
    message: `error trying to reach service: dial tcp: node "${name}" does not answer`,
  });
};
