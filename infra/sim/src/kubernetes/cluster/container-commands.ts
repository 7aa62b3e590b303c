import { randomBytes } from "node:crypto";
import type { KubeObject } from "../kube-object.ts";
import type { Kubelet } from "../kubelet/kubelet.ts";
import type { CommandEnd } from "../program.ts";
import type { Pod } from "../workload-objects.ts";

const KILLED: CommandEnd = { exitCode: 137 };

export interface CommandPlace {
  readonly pod: KubeObject;
  readonly container: string;
  /** Gets a line for each command that the simulator does not know. */
  readonly log: (line: string) => void;
}

const unreachable = (pod: Pod, container: string, command: readonly string[]): Error => {
  const address = `${pod.status?.hostIP ?? pod.spec.nodeName ?? ""}:10250`;
  const query = [...command.map((word) => `command=${encodeURIComponent(word)}`), "error=1", "output=1"].join("&");
  const url = `https://${address}/exec/${pod.metadata.namespace}/${pod.metadata.name}/${container}?${query}`;
  return new Error(`error sending request: Post "${url}": dial tcp ${address}: connect: no route to host`);
};

/** In the words of containerd and runc. */
const notStarted = (because: string): Error => {
  const start = `failed to exec in container: failed to start exec "${randomBytes(32).toString("hex")}"`;
  return new Error(
    `Internal error occurred: error executing command in container: ${start}: OCI runtime exec failed: exec failed: ${because}`,
  );
};

const missing = (name: string): string =>
  name.startsWith("/") ? `stat ${name}: no such file or directory` : "executable file not found in $PATH";

const untilAborted = (signal: AbortSignal): Promise<CommandEnd> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(KILLED);
    else signal.addEventListener("abort", () => resolve(KILLED), { once: true });
  });

/** Runs a command in a container, until the container ends. Errors: in the words of API server, kubelet and container runtime. */
export const runInContainer = async (
  kubelet: Kubelet | undefined,
  { pod, container, log }: CommandPlace,
  command: readonly string[],
): Promise<CommandEnd> => {
  const { name: podName, namespace = "" } = pod.metadata;
  if (kubelet === undefined) throw unreachable(pod as Pod, container, command);
  const inside = kubelet.inside({ namespace, pod: podName, container });
  if (inside === undefined) throw new Error(`unable to upgrade connection: container not found ("${container}")`);
  const [name, ...args] = command;
  if (name === undefined) throw notStarted("args must not be empty: unknown");
  const { commands, signal } = inside;
  const refuse = (error: Error): Error => {
    log(`kubernetes: exec in container ${container} of pod ${namespace}/${podName}: ${error.message}`);
    return error;
  };
  if (!Object.hasOwn(commands, name)) {
    const known = Object.keys(commands).join(", ") || "no program";
    throw refuse(
      notStarted(`unable to start container process: exec: "${name}": ${missing(name)}: unknown (the simulated container has ${known})`),
    );
  }
  const end = commands[name]?.(args);
  if (end === undefined) throw refuse(new Error(`the simulator does not know what ${name} does with ${JSON.stringify(args)}`));
  return Promise.race([end, untilAborted(signal)]);
};
