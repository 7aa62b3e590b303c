import { AGENTS, AGENT_NAMESPACE } from "../agent-manifest.ts";
import { listAt, recordAt, textAt } from "../json.ts";
import type { Wiring } from "../wiring.ts";
import type { Program, ProgramContext } from "../../kubernetes/program.ts";
import { connect } from "./agent-context.ts";
import { clusterReport } from "./cluster-report.ts";
import { repeat, service } from "./process.ts";
import { imageBeside, tagOf } from "./versioned-workload.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";

const HEARTBEAT_MS = 10_000;

/** Leaves the cluster, and takes everything the registration command brought with it. */
const leave = (context: ProgramContext): void => {
  const { store } = context;
  const bindings = store.resource("ClusterRoleBinding");
  if (store.get(bindings, undefined, "maya-io-agents") !== undefined) store.delete(bindings, undefined, "maya-io-agents");
  const namespaces = store.resource("Namespace");
  if (store.get(namespaces, undefined, AGENT_NAMESPACE)?.metadata.deletionTimestamp !== undefined) return;
  context.log(`disconnected by Director: removing namespace ${AGENT_NAMESPACE}`);
  store.delete(namespaces, undefined, AGENT_NAMESPACE);
};

/** Agents are of Director's own release: after an upgrade each is rolled out anew, this one too. */
const followRelease = (context: ProgramContext, release: string): void => {
  const { store } = context;
  const deployments = store.resource("Deployment");
  for (const name of AGENTS) {
    const found = store.get(deployments, AGENT_NAMESPACE, name);
    const image = textAt(found, "spec", "template", "spec", "containers", 0, "image") ?? "";
    if (found === undefined || image === "" || tagOf(image) === release) continue;
    context.log(`${name} is moved to ${release}`);
    store.update(deployments, withImage(found, imageBeside(image, name, release)));
  }
};

const withImage = (deployment: KubeObject, image: string): KubeObject => {
  const template = recordAt(deployment.spec, "template");
  const spec = recordAt(template, "spec");
  const containers = listAt(spec, "containers").map((container) => ({ ...recordAt(container), image }));
  return { ...deployment, spec: { ...deployment.spec, template: { ...template, spec: { ...spec, containers } } } };
};

const beat = (context: ProgramContext, wiring: Wiring): void => {
  const { token, tunnel } = connect(context, wiring);
  const answer = tunnel.heartbeat(token, clusterReport(context));
  if (answer === "ok") followRelease(context, tunnel.release);
  if (answer === "leave") leave(context);
  if (answer === "unknown") throw new Error("Director does not know the registration token");
};

/** Keeps a cluster connected: a heartbeat with a report every ten simulated seconds. */
export const mayaIoAgent = (wiring: Wiring): Program =>
  service({ startMs: 3000, run: (context) => repeat(context, HEARTBEAT_MS, () => beat(context, wiring)) });
