import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, cpSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { buildPeer } from "../build-peer.ts";
import { get } from "./get.ts";
import { writeApiServerFiles, type ApiServerFiles } from "./credentials.ts";

/** A real etcd and a real kube-apiserver on loopback, without controllers and nodes. */
export interface ApiServer extends ApiServerFiles {
  readonly url: string;
  /** Kills the API server alone, or starts it again and waits until it serves. */
  setServing(to: "on" | "off"): Promise<void>;
  /** Keeps etcd as it is now; the answer sets it back. Both restart etcd and the API server. */
  keep(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 90_000;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

/** One program that can be killed and started again. It dies with this process, however that ends. */
class Program {
  readonly #argv: readonly string[];
  readonly #log: string;
  #child: ChildProcess | undefined;

  constructor(argv: readonly string[], log: string) {
    this.#argv = argv;
    this.#log = log;
  }

  start(): void {
    const log = openSync(this.#log, "a");
    this.#child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...this.#argv], { stdio: ["ignore", log, log] });
    // Whoever waits for what it serves tells why it did not.
    this.#child.once("error", () => {});
    closeSync(log);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  /** Its last words. */
  words(): string {
    return readFileSync(this.#log, "utf8").trim().split("\n").slice(-2).join(" ");
  }
}

const flags = (values: Readonly<Record<string, string>>): string[] => Object.entries(values).map(([name, value]) => `--${name}=${value}`);

const etcdArgv = (binary: string, folder: string, [client, peer]: readonly [number, number]): readonly string[] => [
  binary,
  ...flags({
    "data-dir": join(folder, "etcd"),
    "listen-client-urls": `http://127.0.0.1:${client}`,
    "advertise-client-urls": `http://127.0.0.1:${client}`,
    "listen-peer-urls": `http://127.0.0.1:${peer}`,
    "initial-advertise-peer-urls": `http://127.0.0.1:${peer}`,
    "initial-cluster": `default=http://127.0.0.1:${peer}`,
    "log-level": "warn",
    // Nothing here outlives its test.
    "unsafe-no-fsync": "true",
  }),
];

const serverArgv = (
  binary: string,
  folder: string,
  { port, etcd }: { readonly port: number; readonly etcd: number },
): readonly string[] => [
  binary,
  ...flags({
    "bind-address": "127.0.0.1",
    "secure-port": String(port),
    "etcd-servers": `http://127.0.0.1:${etcd}`,
    "authorization-mode": "RBAC",
    "client-ca-file": join(folder, "ca.crt"),
    // No controller makes the accounts that pods would need.
    "disable-admission-plugins": "ServiceAccount",
    "endpoint-reconciler-type": "none",
    "service-account-issuer": "https://kubernetes.default.svc",
    "service-account-key-file": join(folder, "accounts.pub"),
    "service-account-signing-key-file": join(folder, "accounts.key"),
    "service-cluster-ip-range": "10.223.0.0/24",
    "tls-cert-file": join(folder, "server.crt"),
    "tls-private-key-file": join(folder, "server.key"),
    profiling: "false",
  }),
];

const unavailable = (program: Program, cause: unknown): KuberaError =>
  new KuberaError("PEER_UNAVAILABLE", {
    what: "a real kube-apiserver did not start",
    where: "tools/peers",
    because: program.words() || String(cause),
    fix: "Look whether this computer has a `setpriv` with --pdeathsig (util-linux), and 500 MB of memory to spare.",
    cause,
  });

/** Starts both in a folder of their own; they end with `stop`, or with this process. Error: `PEER_UNAVAILABLE`. */
export const startApiServer = async (): Promise<ApiServer> => {
  const [etcdBinary, serverBinary] = [await buildPeer("etcd"), await buildPeer("kube-apiserver")];
  const folder = mkdtempSync(join(tmpdir(), "kubera-e2e-apiserver-"));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const files = await writeApiServerFiles(folder, url);
  const etcd = new Program(etcdArgv(etcdBinary, folder, [client, peer]), join(folder, "etcd.log"));
  const server = new Program(serverArgv(serverBinary, folder, { port, etcd: client }), join(folder, "kube-apiserver.log"));
  const served = (): Promise<undefined> =>
    waitUntil({
      what: "the API server serves",
      deadlineMs: START_LIMIT_MS,
      intervalMs: 200,
      probe: () =>
        get(`${url}/readyz`, files.caPem).then(
          (status) => (status === 200 ? reached(undefined) : notYet(`/readyz answers ${status}`)),
          (error: unknown) => notYet(String(error)),
        ),
    }).catch((error: unknown) => {
      throw unavailable(server, error);
    });
  const start = async (): Promise<void> => {
    etcd.start();
    server.start();
    await served();
  };
  const halt = async (): Promise<void> => {
    await server.kill();
    await etcd.kill();
  };
  const stop = async (): Promise<void> => {
    await halt();
    rmSync(folder, { recursive: true, force: true });
  };
  const [data, kept] = [join(folder, "etcd"), join(folder, "kept")];
  const replace = (from: string, to: string): void => {
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
  };
  const between = async (work: () => void): Promise<void> => {
    await halt();
    work();
    await start();
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    ...files,
    setServing: async (to) => {
      if (to === "off") return server.kill();
      server.start();
      await served();
    },
    keep: async () => {
      await between(() => replace(data, kept));
      return () => between(() => replace(kept, data));
    },
    stop,
  };
};
