import type { HttpRequest } from "@kubera-e2e/http";

/** A container's log, each line behind its time. */
export interface LogRequest {
  readonly namespace: string;
  readonly name: string;
  readonly container: string;
  /** What the container's last run wrote, to its end, instead of following the present one. */
  readonly previous?: boolean;
  /** RFC 3339; kubelets go by whole seconds, so that lines from the beginning of its second on may come. */
  readonly sinceTime?: string;
}

export const logRequest = ({ namespace, name, container, previous = false, sinceTime }: LogRequest): HttpRequest => ({
  method: "GET",
  path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`,
  query: { container, timestamps: true, ...(previous ? { previous } : { follow: true }), sinceTime },
});
