import { AGENT_NAMESPACE } from "../agent-manifest.ts";
import type { Wiring } from "../wiring.ts";
import type { Program, ProgramContext } from "../../kubernetes/program.ts";
import { connect } from "./agent-context.ts";
import { clusterReport } from "./cluster-report.ts";
import { repeat, service } from "./process.ts";

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

const beat = (context: ProgramContext, wiring: Wiring): void => {
  const { token, tunnel } = connect(context, wiring);
  const answer = tunnel.heartbeat(token, clusterReport(context));
  if (answer === "leave") leave(context);
  if (answer === "unknown") throw new Error("Director does not know the registration token");
};

/** Keeps a cluster connected: a heartbeat with a report every ten simulated seconds. */
export const mayaIoAgent = (wiring: Wiring): Program =>
  service({ startMs: 3000, run: (context) => repeat(context, HEARTBEAT_MS, () => beat(context, wiring)) });
