import { connect } from "node:net";
import { never, notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { kubelet, KUBELET_PORT } from "./kubelet.ts";
import type { PeerNode } from "./plan.ts";
import { startOnNode } from "./processes.ts";

const SERVE_LIMIT_MS = 60_000;
/** One that ends this often for this long ends for another reason than containerd. */
const MOST_STARTS = 30;
const SERVED_WITHIN_MS = 20_000;

const listens = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true)).once("error", end(false)).once("timeout", end(false));
  });

/**
 * Starts the kubelet of a node and waits until it listens. It ends by itself while its containerd has a socket and is not
 * initialized behind it, and is started again for that, as a service manager would.
 */
export const startKubelet = (node: PeerNode, binary: string): Promise<undefined> => {
  const program = kubelet(binary, node);
  let run = startOnNode(node, program);
  const startMs = performance.now();
  let starts = 1;
  return waitUntil({
    what: `the kubelet of ${node.name} listens`,
    deadlineMs: SERVE_LIMIT_MS,
    intervalMs: 100,
    probe: async () => {
      if (await listens(node.address, KUBELET_PORT)) return reached(undefined);
      if (!run.hasEnded) return notYet(`nothing listens at ${node.address}:${KUBELET_PORT}`);
      if (starts >= MOST_STARTS && performance.now() - startMs >= SERVED_WITHIN_MS) return never(`it has ended ${starts} times`);
      run = startOnNode(node, program);
      starts += 1;
      return notYet("it has ended and is started again");
    },
    fix: `Read ${node.name}-kubelet.log among the logs of the peers.`,
  });
};
