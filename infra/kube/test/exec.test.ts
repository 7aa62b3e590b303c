import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { WebSocketServer, type WebSocket } from "ws";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { openKube, type KubeClient } from "../src/index.ts";

const PASSWORD = "s3cr3t-w0rd";
const PLACE = "`nodetool status` in container cassandra of pod kubera/cassandra-0, cluster server";
const COMMAND = { namespace: "kubera", name: "cassandra-0", container: "cassandra", command: ["nodetool", "status"] } as const;
const FOLDER = mkdtempSync(join(tmpdir(), "kube-exec-"));

type Script = (socket: WebSocket) => void;

let web: Server;
let client: KubeClient;
let script: Script;
let lease: AbortController;
let refusal: string | undefined;
let asked: IncomingMessage[];

beforeAll(async () => {
  web = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  web.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    asked.push(request);
    if (refusal !== undefined) return void socket.end(`HTTP/1.1 500 No\r\ncontent-length: ${refusal.length}\r\n\r\n${refusal}`);
    sockets.handleUpgrade(request, socket, head, (open) => script(open));
  });
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
});
beforeEach(() => {
  asked = [];
  refusal = undefined;
  const server = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
  const kubeconfigPath = join(FOLDER, "kubeconfig");
  const users = [{ name: "u", user: { token: "fake-token-1234" } }];
  const contexts = [{ name: "x", context: { cluster: "c", user: "u" } }];
  writeFileSync(
    kubeconfigPath,
    JSON.stringify({ "current-context": "x", clusters: [{ name: "c", cluster: { server } }], contexts, users }),
  );
  lease = new AbortController();
  const fence = { signal: lease.signal, check: async () => {} };
  client = openKube({ cluster: "server", kubeconfigPath, redactor: new Redactor([PASSWORD]), fence });
});
afterEach(() => client.close());
afterAll(() => {
  web.closeAllConnections();
  web.close();
  rmSync(FOLDER, { recursive: true });
});

const frame = (channel: number, text: string): Buffer => Buffer.concat([Buffer.from([channel]), Buffer.from(text)]);
const says =
  (...frames: readonly (Buffer | string)[]): Script =>
  (socket) => {
    for (const one of frames) socket.send(one);
  };
const saysAndCloses =
  (...frames: readonly (Buffer | string)[]): Script =>
  (socket) => {
    says(...frames)(socket);
    socket.close();
  };
const status = (fields: object): Buffer => frame(3, JSON.stringify({ metadata: {}, ...fields }));
const SUCCESS = status({ status: "Success" });
const exited = (code: string): Buffer =>
  status({ status: "Failure", reason: "NonZeroExitCode", details: { causes: [{ reason: "ExitCode", message: code }] } });

test("asks with the words of the command, for what it writes and without input", async () => {
  script = says(SUCCESS);
  await client.exec({ ...COMMAND, command: ["psql", "-c", "select 'a b' & 1"] });
  expect(asked.map(({ method, url, headers }) => [method, url, headers["sec-websocket-protocol"], headers.authorization])).toEqual([
    [
      "GET",
      "/api/v1/namespaces/kubera/pods/cassandra-0/exec?container=cassandra&command=psql&command=-c&command=select+%27a+b%27+%26+1&stdout=true&stderr=true",
      "v5.channel.k8s.io,v4.channel.k8s.io",
      "Bearer fake-token-1234",
    ],
  ]);
});

test.each([
  { title: "success", frames: [frame(1, "UN\n"), SUCCESS], end: { exitCode: 0, stdout: "UN\n", stderr: "" } },
  { title: "another exit code", frames: [frame(2, "no\n"), exited("64")], end: { exitCode: 64, stdout: "", stderr: "no\n" } },
  { title: "messages of no length", frames: [Buffer.alloc(0), "", frame(1, "a"), SUCCESS], end: { exitCode: 0, stdout: "a", stderr: "" } },
  {
    title: "a status in two messages",
    frames: [frame(3, '{"status":"Fai'), frame(3, 'lure","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}')],
    end: { exitCode: 3, stdout: "", stderr: "" },
  },
  { title: "empty messages", frames: [frame(1, ""), frame(3, ""), SUCCESS], end: { exitCode: 0, stdout: "", stderr: "" } },
  {
    title: "a character in two messages",
    frames: [Buffer.from([1, 0xc3]), frame(2, "between"), Buffer.from([1, 0xbc]), SUCCESS],
    end: { exitCode: 0, stdout: "ü", stderr: "between" },
  },
])("answers $title", async ({ frames, end }) => {
  script = says(...frames);
  expect(await client.exec(COMMAND)).toEqual(end);
});

test("a command that no container ran is told in the server's words, with exact text", async () => {
  const message = `Internal error occurred: exec: "nodetool": executable file not found in $PATH: ${PASSWORD}`;
  script = says(status({ status: "Failure", reason: "InternalError", message, code: 500 }));
  await expect(client.exec(COMMAND)).rejects.toThrow(
    new KuberaError("EXEC_FAILED", {
      what: "a command in pod kubera/cassandra-0 was not run",
      where: PLACE,
      because: 'Internal error occurred: exec: "nodetool": executable file not found in $PATH: «redacted»',
      fix: "Look whether the container runs, and whether its image holds this program; no shell stands between.",
    }),
  );
});

test.each([
  { title: "a cause that is null", causes: [null] },
  { title: "causes that are no list", causes: {} },
])("a failure with $title is a command that no container ran", async ({ causes }) => {
  script = says(status({ status: "Failure", message: "no", details: { causes } }));
  await expect(client.exec(COMMAND)).rejects.toMatchObject({ code: "EXEC_FAILED", because: "no" });
});

test.each([
  `Internal error occurred: error sending request: Post "https://10.0.0.7:10250/exec/kubera/cassandra-0/cassandra?command=${PASSWORD}": dial tcp 10.0.0.7:10250: connect: no route to host`,
  `error dialing backend: dial tcp 10.0.0.7:10250: i/o timeout ${PASSWORD}`,
])("a kubelet that the API server does not reach is no fault of the container, with exact text: %s", async (message) => {
  script = says(status({ status: "Failure", reason: "InternalError", message, code: 500 }));
  await expect(client.exec(COMMAND)).rejects.toThrow(
    new KuberaError("KUBELET_UNREACHABLE", {
      what: "the API server of cluster server does not reach the kubelet of pod kubera/cassandra-0",
      where: PLACE,
      because: message.replace(PASSWORD, "«redacted»"),
      fix: "Look whether the pod's node is on and Ready, and whether port 10250 there is open to the API server.",
    }),
  );
});

test("nor is one that it does not reach before it opens the connection", async () => {
  refusal = JSON.stringify({ kind: "Status", status: "Failure", message: "error dialing backend: dial tcp: i/o timeout", code: 500 });
  await expect(client.exec(COMMAND)).rejects.toMatchObject({
    code: "KUBELET_UNREACHABLE",
    because: "error dialing backend: dial tcp: i/o timeout",
  });
});

test("a command that writes more than is read is told, with exact text", async () => {
  const half = Buffer.alloc(8 * 1024 * 1024, "x").toString();
  script = says(frame(1, half), frame(2, half), frame(1, "y"));
  await expect(client.exec(COMMAND)).rejects.toThrow(
    new KuberaError("EXEC_OUTPUT_TOO_LARGE", {
      what: "a command in pod kubera/cassandra-0 wrote more than 16 MiB",
      where: PLACE,
      because: "it had written 8388609 bytes to stdout and 8388608 to stderr when it was given up, and may run on",
      fix: "Let the command itself choose what it writes, with its own options for a selection or a limit.",
    }),
  );
});

test("a command that does not end in time is told with what it wrote, with exact text", async () => {
  let ended: Promise<unknown> | undefined;
  script = (socket) => {
    socket.send(frame(1, "half"));
    ended = once(socket, "close");
  };
  await expect(client.exec({ ...COMMAND, timeoutMs: 150 })).rejects.toThrow(
    new KuberaError("TIMED_OUT", {
      what: "a command in pod kubera/cassandra-0 did not end within 0.15 s",
      where: PLACE,
      because: "its end was not told; it had written 4 bytes to stdout and 0 to stderr, and may run on",
      fix: "Look whether its node answers and what the command waits for; raise timeoutMs only when it is merely slow.",
    }),
  );
  await ended;
});

test("a connection that breaks before the end is told, with exact text", async () => {
  script = (socket) => socket.terminate();
  await expect(client.exec(COMMAND)).rejects.toThrow(
    new KuberaError("CONNECTION_LOST", {
      what: "the connection of a command in pod kubera/cassandra-0 broke",
      where: PLACE,
      because: "the other side closed it before the command had ended",
      fix: "Look whether the API server, or a proxy before it, restarted at this time; the command may have run all the same.",
    }),
  );
});

test.each([
  { title: "text", frames: ["hello"], because: "it sent a message of no channel that was asked for" },
  { title: "another channel", frames: [frame(7, "x")], because: "it sent a message of no channel that was asked for" },
  { title: "a status that is no JSON", frames: [frame(3, `no ${PASSWORD}`)], because: "its status is no «redacted»" },
  { title: "a status without its field", frames: [frame(3, "{}")], because: "its status is {}" },
])("$title is no answer, with exact text", async ({ frames, because }) => {
  script = saysAndCloses(...frames);
  await expect(client.exec(COMMAND)).rejects.toThrow(
    new KuberaError("RESPONSE_INVALID", {
      what: "the server answered a command in pod kubera/cassandra-0 with what is no answer",
      where: PLACE,
      because,
      fix: "Look whether a proxy between here and the API server changes WebSocket messages.",
    }),
  );
});

test.each([
  { title: "the caller's signal", stop: (abort: AbortController) => abort.abort(new Error("enough")), told: "enough" },
  { title: "the client's end", stop: () => client.close(), told: "aborted" },
  { title: "a lease that is lost", stop: () => lease.abort(new Error("the lease is lost")), told: "the lease is lost" },
])("$title ends a command that runs", async ({ stop, told }) => {
  const abort = new AbortController();
  script = () => stop(abort);
  const error = await client.exec(COMMAND, { signal: abort.signal }).catch((reason: unknown) => reason);
  expect((error as Error).message).toMatch(new RegExp(`^(This operation was )?${told}$`));
});
