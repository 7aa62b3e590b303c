import type { Call } from "../call.ts";
import { ok } from "../http/envelope.ts";
import { get, post, type Reply, type Route } from "../http/router.ts";
import { listAt, textAt } from "../json.ts";
import type { LogStream } from "../observe/log-index.ts";
import { logQueryOf, LogQueryFault } from "../observe/log-query.ts";
import { projectOfKey } from "../project-key.ts";
import type { ClusterRow } from "../rows.ts";
import { ApiStatusError } from "../../kubernetes/api-status.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";

const badQuery = (reason: string): Reply => ({
  status: 400,
  body: { error: { root_cause: [{ type: "parsing_exception", reason }], type: "parsing_exception", reason }, status: 400 },
});

const containersOf = (pod: KubeObject): readonly string[] => listAt(pod.spec, "containers").map((one) => textAt(one, "name") ?? "");

/** What a container has written; one that has not run yet has nothing. */
const linesOf = async (call: Call, cluster: ClusterRow, [pod, container]: readonly [KubeObject, string]): Promise<readonly string[]> => {
  const options = { follow: false, previous: false, timestamps: false, signal: new AbortController().signal };
  const lines: string[] = [];
  try {
    for await (const line of call.director.logsOf(cluster)(pod, container, options)) lines.push(line);
  } catch (error) {
    if (!(error instanceof ApiStatusError)) throw error;
  }
  return lines;
};

/** Of one run of a container: after a restart it writes another. */
const runOf = (pod: KubeObject, container: string): string =>
  textAt(
    listAt(pod.status, "containerStatuses").find((one) => textAt(one, "name") === container),
    "containerID",
  ) ?? "";

const streamsOf = async (call: Call, cluster: ClusterRow): Promise<readonly LogStream[]> => {
  const store = call.director.storeOf(cluster);
  const runs = store.list(store.resource("Pod")).flatMap((pod) => containersOf(pod).map((container) => [pod, container] as const));
  return Promise.all(
    runs.map(async ([pod, container]) => {
      const kubernetes = { namespace_name: pod.metadata.namespace ?? "", pod_name: pod.metadata.name, container_name: container };
      const id = [cluster.id, pod.metadata.uid, container, runOf(pod, container)].join("/");
      return { id, clusterId: cluster.id, kubernetes, lines: await linesOf(call, cluster, [pod, container]) };
    }),
  );
};

/**
 * Elasticsearch behind the ingress, where the key's project finds the lines of its own clusters and no others. A search brings in what
 * containers have written until then: what nobody searched for while its pod was there is not found later.
 */
const search = async (call: Call): Promise<Reply> => {
  const projectId = projectOfKey(call);
  try {
    const { isWanted, size } = logQueryOf(call.request.body);
    const clusters = call.db.list("clusters").filter((cluster) => cluster.projectId === projectId && cluster.state === "active");
    const streams = (await Promise.all(clusters.map((cluster) => streamsOf(call, cluster)))).flat();
    const index = call.director.logIndex();
    index.keep(streams);
    const all = index.documents(new Set(clusters.map(({ id }) => id))).filter(isWanted);
    const hits = all.slice(0, size).map((document, at) => ({ _index: `logs-${projectId}`, _id: String(at), _source: document }));
    return ok({ timed_out: false, hits: { total: { value: all.length, relation: "eq" }, hits } });
  } catch (error) {
    if (error instanceof LogQueryFault) return badQuery(error.message);
    throw error;
  }
};

/** Its own word, which the ingress hands on while its pod is Ready. */
const health = (call: Call): Reply => {
  projectOfKey(call);
  const status = call.director.isUp("od-elasticsearch-logging") ? "green" : "red";
  return ok({ cluster_name: "od-elasticsearch", status, timed_out: false });
};

export const logRoutes: readonly Route[] = [post("elasticsearch/_search", search), get("elasticsearch/_cluster/health", health)];
