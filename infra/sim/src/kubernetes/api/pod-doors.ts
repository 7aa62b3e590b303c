import { ApiStatusError, badRequest } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import { at, list, text } from "../printing/fields.ts";
import { requiredBody } from "./body.ts";
import { isTrue, json, type Answer, type Call, type LogOptions, type Outcome } from "./call.ts";
import { existing } from "./reading.ts";
import type { Target } from "./target.ts";
import { writtenStore } from "./writing.ts";

const CREATED = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 } as const;

const names = (pod: KubeObject, path: string): string[] => list(at(pod, path)).map((container) => text(container["name"], ""));

/** The container that a request for a log means. Errors: 400 in the API server's words for an unknown one, or for none where there are several. */
export const containerOf = (query: URLSearchParams, pod: KubeObject): string => {
  const own = names(pod, "spec.containers");
  const init = names(pod, "spec.initContainers");
  const asked = query.get("container") ?? "";
  const { name } = pod.metadata;
  if (asked !== "") {
    if ([...own, ...init].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only, ...others] = own;
  if (only !== undefined && others.length === 0) return only;
  const choice = `choose one of: [${own.join(" ")}]`;
  throw badRequest(
    `a container name must be specified for pod ${name}, ${choice}${init.length === 0 ? "" : ` or one of the init containers: [${init.join(" ")}]`}`,
  );
};

const refusedOption = (name: string, because: string): ApiStatusError =>
  new ApiStatusError({ code: 422, reason: "Invalid", message: `PodLogOptions "" is invalid: ${name}: ${because}` });

const whole = (query: URLSearchParams, name: string, least: 0 | 1): number | undefined => {
  const given = query.get(name);
  if (given === null) return undefined;
  if (/^\d+$/.test(given) && Number(given) >= least) return Number(given);
  const bound = least === 0 ? "must be greater than or equal to 0" : "must be greater than 0";
  throw refusedOption(name, `Invalid value: ${given}: ${bound}`);
};

const momentOf = (query: URLSearchParams): number | undefined => {
  const given = query.get("sinceTime");
  if (given === null) return undefined;
  const moment = Date.parse(given);
  if (!Number.isNaN(moment)) return moment;
  throw badRequest(`parsing time "${given}" as "2006-01-02T15:04:05Z07:00": cannot parse "${given}" as "2006"`);
};

/** The moment from which on lines are wanted, in milliseconds since the epoch. */
const sinceOf = (query: URLSearchParams, nowMs: number): number | undefined => {
  const seconds = whole(query, "sinceSeconds", 1);
  const moment = momentOf(query);
  if (seconds === undefined) return moment;
  if (moment === undefined) return nowMs - seconds * 1000;
  throw refusedOption("sinceSeconds", "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified");
};

/** Which lines of a log are asked for. Errors: 400 and 422 in the API server's words. */
export const logOptions = (
  query: URLSearchParams,
  { nowMs, signal }: { readonly nowMs: number; readonly signal: AbortSignal },
): LogOptions => {
  const tailLines = whole(query, "tailLines", 0);
  const sinceMs = sinceOf(query, nowMs);
  if (query.has("stream")) throw refusedOption("stream", "Forbidden: may not be specified");
  return {
    follow: isTrue(query.get("follow")),
    previous: isTrue(query.get("previous")),
    timestamps: isTrue(query.get("timestamps")),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
    signal,
  };
};

/** The lines up to a number of bytes; the last one may be cut. */
async function* limited(lines: Iterable<string> | AsyncIterable<string>, limitBytes: number): AsyncGenerator<Buffer> {
  let left = limitBytes;
  for await (const line of lines) {
    const bytes = Buffer.from(`${line}\n`, "utf8");
    yield bytes.subarray(0, left);
    left -= bytes.length;
    if (left <= 0) return;
  }
}

/** Streams a container's log; the first line is awaited before the answer begins, so that a refusal is still a status. */
export const podLog = async (call: Call, target: Target): Promise<Outcome> => {
  const pod = existing(call, target);
  const query = call.url.searchParams;
  const container = containerOf(query, pod);
  if (text(at(pod, "spec.nodeName"), "") === "") throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const gone = new AbortController();
  const { response } = call;
  response.once("close", () => gone.abort());
  const limitBytes = whole(query, "limitBytes", 1) ?? Infinity;
  const lines = call.process.kubelets.logs(pod, container, logOptions(query, { nowMs: call.process.now(), signal: gone.signal }));
  const iterator = limited(lines, limitBytes);
  const begin = (): void => {
    if (response.headersSent) return;
    response.writeHead(200, { "content-type": "text/plain", "cache-control": "no-cache, private" });
    response.flushHeaders();
  };
  if (isTrue(query.get("follow"))) begin();
  for (let next = await iterator.next(); next.done !== true && !gone.signal.aborted; next = await iterator.next()) {
    begin();
    response.write(next.value);
  }
  begin();
  response.end();
  return "streamed";
};

/** What a scheduler does: it names the node of a pod that has none. */
export const bindPod = (call: Call, target: Target): Answer => {
  const pod = existing(call, target);
  const node = text(at(requiredBody(call), "target.name"), "");
  if (node === "") throw badRequest("target.name: Required value");
  const bound = text(at(pod, "spec.nodeName"), "");
  if (bound !== "") {
    throw new ApiStatusError({
      code: 409,
      reason: "Conflict",
      message: `Operation cannot be fulfilled on pods/binding "${pod.metadata.name}": pod ${pod.metadata.name} is already assigned to node "${bound}"`,
      details: { name: pod.metadata.name, kind: "pods/binding" },
    });
  }
  writtenStore(call).update(target.resource, { ...pod, spec: { ...pod.spec, nodeName: node } });
  return json(CREATED, 201);
};
