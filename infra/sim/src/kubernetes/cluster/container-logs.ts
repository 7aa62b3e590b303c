import { ApiStatusError, badRequest } from "../api-status.ts";
import type { LogOptions } from "../api/call.ts";
import type { KubeObject } from "../kube-object.ts";
import type { ContainerLog, LogLine } from "../kubelet/container-log.ts";
import type { Kubelet } from "../kubelet/kubelet.ts";
import type { Pod } from "../workload-objects.ts";

const chosen = (lines: readonly LogLine[], { sinceMs, tailLines }: LogOptions): readonly LogLine[] => {
  const recent = sinceMs === undefined ? lines : lines.filter((line) => Date.parse(line.time) >= sinceMs);
  return tailLines === undefined ? recent : recent.slice(Math.max(recent.length - tailLines, 0));
};

const printed = (line: LogLine, options: LogOptions): string => (options.timestamps ? `${line.time} ${line.text}` : line.text);

/** New lines as they are written, until the container ends or the reader goes. */
async function* followed(log: ContainerLog, options: LogOptions): AsyncGenerator<string> {
  const waiting: LogLine[] = [];
  const state = { isOver: log.ended || options.signal.aborted, wake: (): void => {} };
  const stop = log.follow((line) => {
    if (line === undefined) state.isOver = true;
    else waiting.push(line);
    state.wake();
  });
  options.signal.addEventListener("abort", () => {
    state.isOver = true;
    state.wake();
  });
  try {
    for (;;) {
      for (const line of waiting.splice(0)) yield printed(line, options);
      if (state.isOver && waiting.length === 0) return;
      if (waiting.length > 0) continue;
      await new Promise<void>((resolve) => {
        state.wake = resolve;
      });
    }
  } finally {
    stop();
  }
}

async function* linesOf(log: ContainerLog, options: LogOptions): AsyncGenerator<string> {
  const now = chosen([...log.lines], options);
  if (!options.follow) {
    for (const line of now) yield printed(line, options);
    return;
  }
  // Subscribed before the old lines are handed out, so that none is lost in between.
  const later = followed(log, options);
  const first = later.next();
  for (const line of now) yield printed(line, options);
  const next = await first;
  if (next.done === true) return;
  yield next.value;
  yield* later;
}

const waitingReason = (pod: Pod, container: string): string =>
  [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].find((status) => status.name === container)
    ?.state.waiting?.reason ?? "ContainerCreating";

/** The lines of one container's log as the API server passes them on; refusals in kubelet's words. */
export const containerLogs = (
  kubelet: Kubelet | undefined,
  at: { readonly pod: KubeObject; readonly container: string },
  options: LogOptions,
): AsyncIterable<string> => {
  const pod = at.pod as Pod;
  const { name, namespace = "" } = pod.metadata;
  if (kubelet === undefined) {
    const address = `${pod.status?.hostIP ?? pod.spec.nodeName ?? ""}:10250`;
    const url = `https://${address}/containerLogs/${namespace}/${name}/${at.container}`;
    const message = `Get "${url}": dial tcp ${address}: connect: no route to host`;
    throw new ApiStatusError({ code: 500, reason: "InternalError", message });
  }
  const log = kubelet.log({ namespace, pod: name, container: at.container, previous: options.previous });
  if (log !== undefined) return linesOf(log, options);
  if (options.previous) throw badRequest(`previous terminated container "${at.container}" in pod "${name}" not found`);
  throw badRequest(`container "${at.container}" in pod "${name}" is waiting to start: ${waitingReason(pod, at.container)}`);
};
