import { VERSION_LABEL } from "../cstor-kinds.ts";
import { AGENTS, AGENT_NAMESPACE } from "../agent-manifest.ts";
import { listKind } from "../defined-kinds.ts";
import { at, isRecord, listAt, numberAt, recordAt, textAt } from "../json.ts";
import { stateOf, volumesIn } from "../observe/volumes.ts";
import { compareVersions, isVersion } from "../openebs-version.ts";
import { CSPC } from "../pool-flavour.ts";
import { isOnline } from "../pool-state.ts";
import type { AgentReport, NodeReport, OpenebsReport } from "../tunnel.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { ProgramContext } from "../../kubernetes/program.ts";
import type { Store } from "../../kubernetes/store.ts";

const texts = (record: unknown): Record<string, string> =>
  isRecord(record) ? Object.fromEntries(Object.entries(record).map(([name, value]) => [name, String(value)])) : {};

const nodeReport = (node: KubeObject): NodeReport => {
  const ready = listAt(node.status, "conditions").find((entry) => textAt(entry, "type") === "Ready");
  const address = listAt(node.status, "addresses").find((entry) => textAt(entry, "type") === "InternalIP");
  const internalIp = textAt(address, "address");
  return {
    name: node.metadata.name,
    ready: textAt(ready, "status") === "True",
    labels: texts(node.metadata.labels),
    capacity: texts(recordAt(node.status, "capacity")),
    ...(internalIp !== undefined && { internalIp }),
  };
};

const isAvailable = (deployment: KubeObject | undefined): boolean => (numberAt(deployment, "status", "readyReplicas") ?? 0) > 0;

const components = (store: Store): Record<string, boolean> => {
  const deployments = store.resource("Deployment");
  return Object.fromEntries(AGENTS.map((name) => [name, isAvailable(store.get(deployments, AGENT_NAMESPACE, name))]));
};

/** Pools and volumes run as Deployments of their own, outside the control plane's list. */
const isDataPlane = ({ metadata }: KubeObject): boolean =>
  metadata.labels?.["openebs.io/component-name"] === undefined && metadata.labels?.[VERSION_LABEL] !== undefined;

/** Pools that are still being made have no health yet. */
const poolHealth = (store: Store) =>
  listKind(store, CSPC.instance)
    .filter(({ status }) => (textAt(status, "phase") ?? "Pending") !== "Pending")
    .map((instance) => ({ name: instance.metadata.name, healthy: isOnline(store, CSPC, instance) }));

const volumeHealth = (store: Store) => volumesIn(store).map((volume) => ({ name: volume.name, healthy: stateOf(volume) === "Healthy" }));

const highest = (versions: readonly string[]): string | undefined => versions.filter(isVersion).toSorted(compareVersions).at(-1);

/** OpenEBS is there when maya-apiserver is, in whichever namespace. */
const openebsReport = (store: Store): OpenebsReport | undefined => {
  const deployments = store.list(store.resource("Deployment"));
  const server = deployments.find(({ metadata }) => metadata.labels?.["name"] === "maya-apiserver");
  if (server?.metadata.deletionTimestamp !== undefined || server?.metadata.namespace === undefined) return undefined;
  const { namespace, labels } = server.metadata;
  const imageTag = textAt(server, "spec", "template", "spec", "containers", 0, "image")?.split(":").at(-1);
  const dataPlaneVersion = highest(deployments.filter(isDataPlane).map(({ metadata }) => metadata.labels?.[VERSION_LABEL] ?? ""));
  return {
    namespace,
    version: labels?.[VERSION_LABEL] ?? imageTag ?? "",
    ready: isAvailable(server),
    ...(dataPlaneVersion !== undefined && { dataPlaneVersion }),
  };
};

/** What the cluster looks like from inside, at this moment. */
export const clusterReport = ({ cluster, store }: ProgramContext): AgentReport => {
  const nodes = store.list(store.resource("Node"));
  const kubernetesVersion = nodes.map((node) => at(node, "status", "nodeInfo", "kubeletVersion")).find((text) => typeof text === "string");
  const openebs = openebsReport(store);
  return {
    cluster,
    components: components(store),
    nodes: nodes.map(nodeReport),
    pools: poolHealth(store),
    volumes: volumeHealth(store),
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
    ...(openebs !== undefined && { openebs }),
  };
};
