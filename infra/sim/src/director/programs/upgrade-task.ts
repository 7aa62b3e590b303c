import { cstorReplicas, CSTOR_TARGET, JIVA_CONTROLLER, JIVA_REPLICA, volumeParts } from "../volume-state.ts";
import { listKind } from "../defined-kinds.ts";
import { relabel } from "../kube-apply.ts";
import { FLAVOURS } from "../pool-flavour.ts";
import type { KubeObject } from "../../kubernetes/kube-object.ts";
import type { Program, ProgramContext, ProgramEnd } from "../../kubernetes/program.ts";
import { VERSION_LABEL } from "../cstor-kinds.ts";
import { isRolledOut, settled } from "./rollout.ts";
import { upgraded } from "./versioned-workload.ts";

interface Task {
  readonly context: ProgramContext;
  readonly name: string;
  readonly version: string;
}

/** Gives one Deployment its new images and waits for its pods. */
const upgradeDeployment = async ({ context, version }: Task, { metadata }: KubeObject): Promise<void> => {
  const { store } = context;
  const deployments = store.resource("Deployment");
  const now = (): KubeObject | undefined => context.store.get(deployments, metadata.namespace, metadata.name);
  const object = now();
  if (object === undefined) throw new Error(`Deployment ${metadata.name} is gone`);
  store.update(deployments, upgraded(object, version));
  await settled(context, () => {
    const found = now();
    return found !== undefined && isRolledOut(found) ? [] : [`Deployment ${metadata.name}`];
  });
};

const upgradeEach = async (task: Task, deployments: readonly KubeObject[]): Promise<void> => {
  for (const deployment of deployments) await upgradeDeployment(task, deployment);
};

const upgradePool = async (task: Task): Promise<void> => {
  const { context, name, version } = task;
  const { store } = context;
  const own = FLAVOURS.flatMap((flavour) => listKind(store, flavour.instance)).find(({ metadata }) => metadata.name === name);
  if (own === undefined) throw new Error(`pool ${name} is gone`);
  const deployments = store.list(store.resource("Deployment")).filter(({ metadata }) => metadata.name === name);
  await upgradeEach(task, deployments);
  // It told its phase meanwhile.
  const instance = FLAVOURS.flatMap((flavour) => listKind(context.store, flavour.instance)).find(({ metadata }) => metadata.name === name);
  if (instance !== undefined && !context.signal.aborted) relabel(context.store, instance, { [VERSION_LABEL]: version });
};

/** The data of a cStor volume lie in the pools, which come first; what moves is its target and the replica objects. */
const upgradeCstorVolume = async (task: Task): Promise<void> => {
  const { context, name, version } = task;
  await upgradeEach(task, volumeParts(context.store, name, CSTOR_TARGET));
  for (const [, replica] of cstorReplicas(context.store, name)) relabel(context.store, replica, { [VERSION_LABEL]: version });
};

/** Replicas one after the other, so that the volume is served by the others, and the controller last. */
const upgradeJivaVolume = async (task: Task): Promise<void> => {
  const { store } = task.context;
  await upgradeEach(task, volumeParts(store, task.name, JIVA_REPLICA));
  await upgradeEach(task, volumeParts(store, task.name, JIVA_CONTROLLER));
};

const TASKS: Readonly<Record<string, (task: Task) => Promise<void>>> = {
  "cstor-pool": upgradePool,
  "cstor-volume": upgradeCstorVolume,
  "jiva-volume": upgradeJivaVolume,
};

const option = (args: readonly string[], name: string): string =>
  args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? "";

const run = async (context: ProgramContext): Promise<ProgramEnd> => {
  const [resource = "(none)"] = context.args;
  const [name, version] = [option(context.args, "name"), option(context.args, "to-version")];
  const upgrade = TASKS[resource];
  if (upgrade === undefined || name === "" || version === "")
    return { exitCode: 2, message: `cannot upgrade ${resource}: expected ${Object.keys(TASKS).join("|")} --name=… --to-version=…` };
  try {
    await upgrade({ context, name, version });
    return { exitCode: 0 };
  } catch (error) {
    return { exitCode: 1, message: error instanceof Error ? error.message : String(error) };
  }
};

/** `cstor-pool|cstor-volume|jiva-volume --name=… --to-version=…`: moves one of them to a version; 1 when it does not get there. */
export const upgradeTask: Program = { start: (context) => ({ ready: () => true, ended: run(context) }) };
