import type { HttpTrust, Transcript } from "@kubera-e2e/http";
import type { Way } from "@kubera-e2e/http/access";
import type { Fence } from "@kubera-e2e/schema/fence";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import { ApiClient } from "./api-client.ts";
import type { KubeClient } from "./kube-client.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { Transport } from "./transport.ts";

export interface OpenKubeOptions {
  /** Name of the cluster in its bed. */
  readonly cluster: string;
  readonly kubeconfigPath: string;
  /** Takes the place of the kubeconfig's own CA. */
  readonly trust?: HttpTrust | undefined;
  readonly way?: Way;
  readonly redactor: Redactor;
  readonly transcript?: Transcript | undefined;
  /** As the room http has it. */
  readonly fence?: Fence | undefined;
  readonly clock?: Clock;
  /** Longest time a silent server can hide a change from a wait; default 2000. */
  readonly pollMs?: number;
}

const DEFAULT_POLL_MS = 2000;

/**
 * A client of the cluster that the current context of a kubeconfig names; no call is made yet.
 *
 * Errors: `KUBECONFIG_INVALID` with its faults, `SETTING_REFUSED` for insecure-skip-tls-verify.
 */
export const openKube = (options: OpenKubeOptions): KubeClient => {
  const { cluster, trust, way, redactor, transcript, fence, clock = systemClock, pollMs = DEFAULT_POLL_MS } = options;
  const access = readKubeconfig(options.kubeconfigPath);
  transcript?.nameCluster(access.server, cluster);
  const calls = { cluster, access, trust, way, redactor, fence, clock };
  const transport = new Transport({ ...calls, transcript });
  const logTransport = new Transport(calls);
  return new ApiClient({ cluster, transport, logTransport, namespace: access.namespace, clock, pollMs });
};
