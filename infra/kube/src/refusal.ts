import { isKuberaError, KuberaError } from "@kubera-e2e/schema/kubera-error";

/** The call that was refused. */
export interface RefusedCall {
  readonly cluster: string;
  readonly method: string;
  readonly path: string;
}

/** What a Kubernetes API server tells in `Status`. */
export interface KubeStatus {
  readonly status: number;
  readonly reason: string;
  readonly message: string;
}

/** The cause of every `KUBE_REFUSED`: status, reason and message as the server gave them. */
class KubeRefusal extends Error {
  readonly status: number;
  /** The server's reason: "Forbidden". */
  readonly code: string;

  constructor({ status, reason, message }: KubeStatus) {
    super(message);
    this.name = "KubeRefusal";
    this.status = status;
    this.code = reason;
  }
}

const FIXES: Readonly<Record<number, string>> = {
  401: "Renew the credentials in the cluster's kubeconfig.",
  403: "Give the kubeconfig's user the right that the message names; while a namespace is terminating, wait until it is gone.",
  404: "Look whether the object, its namespace or its CustomResourceDefinition exists in this cluster.",
  409: "Somebody else changed or made the object: read it again, then repeat the call.",
  422: "Correct the fields that the message names.",
  429: "The API server is overloaded: look at its load and at who calls so often.",
};

const fixOf = (status: number): string =>
  FIXES[status] ??
  (status >= 500 ? "Look at the logs and the health of the API server and of etcd." : "Correct the call as the message says.");

type StatusBody = { readonly reason?: unknown; readonly message?: unknown };

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

/** The server's own words, from a `Status` object or plain text. */
export const statusOf = (status: number, body: unknown): KubeStatus => {
  const told = (typeof body === "object" && body !== null ? body : {}) as StatusBody;
  return {
    status,
    reason: text(told.reason) ?? "Unknown",
    message: text(told.message) ?? text(body)?.trim().slice(0, 300) ?? "the server gave no message",
  };
};

export const kubeRefused = ({ cluster, method, path }: RefusedCall, status: KubeStatus): KuberaError =>
  new KuberaError("KUBE_REFUSED", {
    what: `cluster ${cluster} answered ${status.status} ${status.reason} to ${method}`,
    where: `${method} ${path}`,
    because: status.message,
    fix: fixOf(status.status),
    cause: new KubeRefusal(status),
  });

/** The HTTP status behind an error of this room; undefined for errors that are no refusals. */
export const refusedStatus = (error: unknown): number | undefined =>
  isKuberaError(error) && error.cause instanceof KubeRefusal ? error.cause.status : undefined;
