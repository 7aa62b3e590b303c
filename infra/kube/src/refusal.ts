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

/** A kind that was asked for, and what is served instead. */
export interface UnknownKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly because: string;
}

/** The cause of every `KUBE_REFUSED` and `KUBE_KIND_UNKNOWN`: status, reason and message as the server gave them. */
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

const text = (value: unknown): string | undefined => (typeof value === "string" && value.trim() !== "" ? value.trim() : undefined);

/** The server's own words, from a `Status` object or plain text. */
export const statusOf = (status: number, body: unknown): KubeStatus => {
  const told = (typeof body === "object" && body !== null ? body : {}) as StatusBody;
  return {
    status,
    reason: text(told.reason) ?? "Unknown",
    message: text(told.message) ?? text(body)?.slice(0, 300) ?? "the server gave no message",
  };
};

const VERBS: Readonly<Record<string, string>> = { POST: "create", PATCH: "patch", PUT: "update", DELETE: "delete" };

/** What a call asks for, in the words of RBAC: "list pods in namespace kubera". */
const asked = ({ method, path }: RefusedCall): string | undefined => {
  const found = /^\/(?:api|apis\/[^/]+)\/[^/]+(?:\/namespaces\/([^/?]+)(?=\/))?\/([^/?]+)(?:\/([^/?]+))?/.exec(path);
  if (found === null) return undefined;
  const [, namespace, resource = "", name] = found;
  const verb = VERBS[method] ?? (name === undefined ? "list" : "get");
  return `${verb} ${resource}${namespace === undefined ? "" : ` in namespace ${namespace}`}`;
};

/** API servers name the right that is missing; proxies before them say only that something is forbidden. */
const becauseOf = (call: RefusedCall, { status, message }: KubeStatus): string => {
  const wanted = status === 403 && !/ cannot \w+ /.test(message) ? asked(call) : undefined;
  return wanted === undefined ? message : `${message} (asked to ${wanted})`;
};

export const kubeRefused = (call: RefusedCall, status: KubeStatus): KuberaError =>
  new KuberaError("KUBE_REFUSED", {
    what: `cluster ${call.cluster} answered ${status.status} ${status.reason} to ${call.method}`,
    where: `${call.method} ${call.path}`,
    because: becauseOf(call, status),
    fix: fixOf(status.status),
    cause: new KubeRefusal(status),
  });

/** A kind that discovery does not list. */
export const kindUnknown = (call: RefusedCall, { apiVersion, kind, because }: UnknownKind): KuberaError =>
  new KuberaError("KUBE_KIND_UNKNOWN", {
    what: `cluster ${call.cluster} serves no kind "${kind}" in ${apiVersion}`,
    where: `${call.method} ${call.path}`,
    because,
    fix: "Correct the kind or its apiVersion; a kind of an operator is there only after its CustomResourceDefinition is established.",
    cause: new KubeRefusal({ status: 404, reason: "NotFound", message: because }),
  });

/** The HTTP status behind an error of this room; undefined for errors that are no refusals. */
export const refusedStatus = (error: unknown): number | undefined =>
  isKuberaError(error) && error.cause instanceof KubeRefusal ? error.cause.status : undefined;
