import { WebSocketServer, type WebSocket } from "ws";
import { ApiStatusError, badRequest } from "../api-status.ts";
import type { KubeObject } from "../kube-object.ts";
import { at, list, text } from "../printing/fields.ts";
import { isTrue, type Call, type Outcome, type Upgrade } from "./call.ts";
import { existing } from "./reading.ts";
import type { Target } from "./target.ts";

const PROTOCOL = "v5.channel.k8s.io";
const [STDOUT, STDERR, STATUS] = [1, 2, 3];

const sockets = new WebSocketServer({ noServer: true, clientTracking: false, handleProtocols: () => PROTOCOL });

const names = (pod: KubeObject, path: string): string[] => list(at(pod, path)).map((container) => text(container["name"], ""));

/** The container that is meant. Errors: 400 in the API server's words, which are others than those for a log. */
const containerOf = (asked: string, pod: KubeObject): string => {
  const own = names(pod, "spec.containers");
  const all = [...names(pod, "spec.initContainers"), ...own];
  const { name } = pod.metadata;
  if (asked !== "" && !all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
  if (asked !== "") return asked;
  const [only, ...others] = own;
  if (only !== undefined && others.length === 0) return only;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(" ")}]`);
};

const notSimulated = (message: string): ApiStatusError => new ApiStatusError({ code: 501, reason: "NotImplemented", message, details: {} });

/** Errors: 400 for a plain request, 501 for what real servers speak and the simulator does not. */
const upgradeOf = ({ upgrade, request, url }: Call): Upgrade => {
  if (upgrade === undefined) throw badRequest("Upgrade request required");
  const offered = (request.headers["sec-websocket-protocol"] ?? "").split(",").map((one) => one.trim());
  if (request.headers.upgrade?.toLowerCase() !== "websocket" || !offered.includes(PROTOCOL))
    throw notSimulated(`the simulated server runs commands over WebSocket and ${PROTOCOL} alone`);
  for (const option of ["stdin", "tty"])
    if (isTrue(url.searchParams.get(option))) throw notSimulated(`the simulated server runs commands without ${option}`);
  return upgrade;
};

const SUCCESS = { metadata: {}, status: "Success" };

const exited = (code: number): object => ({
  metadata: {},
  status: "Failure",
  message: `command terminated with non-zero exit code: command terminated with exit code ${code}`,
  reason: "NonZeroExitCode",
  details: { causes: [{ reason: "ExitCode", message: String(code) }] },
});

const failed = (message: string): object => ({
  metadata: {},
  status: "Failure",
  message: `Internal error occurred: ${message}`,
  reason: "InternalError",
  details: { causes: [{ message }] },
  code: 500,
});

/** Runs the command and tells how it went; an answer has begun, so that nothing is refused any more. */
const serve = async (socket: WebSocket, call: Call, at: { readonly pod: KubeObject; readonly container: string }): Promise<void> => {
  const query = call.url.searchParams;
  const tell = (channel: number, told: string): void => {
    if (told !== "") socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(told)]));
  };
  const wants = (stream: string): boolean => isTrue(query.get(stream));
  try {
    if (!wants("stdout") && !wants("stderr"))
      throw new Error("unable to upgrade connection: you must specify at least 1 of stdin, stdout, stderr");
    const end = await call.process.kubelets.exec(at.pod, at.container, query.getAll("command"));
    if (wants("stdout")) tell(STDOUT, end.stdout ?? "");
    if (wants("stderr")) tell(STDERR, end.stderr ?? "");
    tell(STATUS, JSON.stringify(end.exitCode === 0 ? SUCCESS : exited(end.exitCode)));
  } catch (error) {
    tell(STATUS, JSON.stringify(failed(error instanceof Error ? error.message : String(error))));
  }
  socket.close(1000);
};

/** Whether what is asked for can go on in another protocol; real servers pass the wish for one over elsewhere. */
export const mayUpgrade = (path: string): boolean => /\/pods\/[^/?]+\/exec(?:\?|$)/.test(path);

/** Runs a command in a container over a WebSocket, as kube-apiserver 1.34 does between its clients and kubelets. */
export const podExec = (call: Call, target: Target): Outcome => {
  const pod = existing(call, target);
  const container = containerOf(call.url.searchParams.get("container") ?? "", pod);
  if (text(at(pod, "spec.nodeName"), "") === "") throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const { socket, head } = upgradeOf(call);
  // In the words of golang.org/x/net/websocket, by which real servers answer.
  if (call.method !== "GET") return { code: 405, body: "bad method", contentType: "text/plain; charset=utf-8" };
  call.response.detachSocket(call.request.socket);
  sockets.handleUpgrade(call.request, socket, head, (open) => {
    open.on("error", () => open.terminate());
    void serve(open, call, { pod, container });
  });
  return "streamed";
};
