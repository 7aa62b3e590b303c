import { clustersOf, type Scope } from "../access.ts";
import type { Call } from "../call.ts";
import { missing, notFound } from "../http/api-error.ts";
import type { ClusterRow } from "../rows.ts";

/** The cluster of the body's `clusterId`. Errors: 422 when it names none, 404 for one that the group does not reach. */
export const namedCluster = (call: Call, scope: Scope): ClusterRow => {
  const id = call.text("clusterId");
  const found = clustersOf(call, scope).find((cluster) => cluster.id === id);
  if (found === undefined) throw id === "" ? missing("clusterId") : notFound(`cluster ${id} is unknown`);
  return found;
};
