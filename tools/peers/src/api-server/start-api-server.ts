import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import { buildPeer } from "../build-peer.ts";
import { etcdArgv, serverArgv } from "./arguments.ts";
import { askStatus } from "../ask-status.ts";
import { freePort } from "../free-port.ts";
import { Program } from "../program.ts";
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

const unavailable = (program: Program, cause: unknown): KuberaError =>
  new KuberaError("PEER_UNAVAILABLE", {
    what: "a real kube-apiserver did not start",
    where: "tools/peers",
    because: program.words() || String(cause),
    fix: "Look whether this computer has a `setpriv` with --pdeathsig (util-linux), and 500 MB of memory to spare.",
    cause,
  });

/** Both programs in a folder of their own. */
class LoneApiServer {
  readonly url: string;
  readonly #folder: string;
  readonly #caPem: string;
  readonly #etcd: Program;
  readonly #server: Program;

  constructor(parts: {
    readonly folder: string;
    readonly url: string;
    readonly caPem: string;
    readonly etcd: Program;
    readonly server: Program;
  }) {
    this.url = parts.url;
    this.#folder = parts.folder;
    this.#caPem = parts.caPem;
    this.#etcd = parts.etcd;
    this.#server = parts.server;
  }

  async start(): Promise<void> {
    this.#etcd.start();
    await this.setServing("on");
  }

  async setServing(to: "on" | "off"): Promise<void> {
    if (to === "off") return this.#server.kill();
    this.#server.start();
    await this.#served();
  }

  async keep(): Promise<() => Promise<void>> {
    const [data, kept] = [join(this.#folder, "etcd"), join(this.#folder, "kept")];
    await this.#replace(data, kept);
    return () => this.#replace(kept, data);
  }

  async stop(): Promise<void> {
    await this.#halt();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #halt(): Promise<void> {
    await this.#server.kill();
    await this.#etcd.kill();
  }

  async #replace(from: string, to: string): Promise<void> {
    await this.#halt();
    rmSync(to, { recursive: true, force: true });
    cpSync(from, to, { recursive: true });
    await this.start();
  }

  #served(): Promise<undefined> {
    return waitUntil({
      what: "the API server serves",
      deadlineMs: START_LIMIT_MS,
      intervalMs: 200,
      probe: () =>
        askStatus(`${this.url}/readyz`, this.#caPem).then(
          (status) => (status === 200 ? reached(undefined) : notYet(`/readyz answers ${status}`)),
          (error: unknown) => notYet(String(error)),
        ),
    }).catch((error: unknown) => {
      throw unavailable(this.#server, error);
    });
  }
}

/** Starts both in a folder of their own; they end with `stop`, or with this process. Error: `PEER_UNAVAILABLE`. */
export const startApiServer = async (): Promise<ApiServer> => {
  const [etcdBinary, serverBinary] = [await buildPeer("etcd"), await buildPeer("kube-apiserver")];
  const folder = mkdtempSync(join(tmpdir(), "kubera-e2e-apiserver-"));
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()];
  const url = `https://127.0.0.1:${port}`;
  const files = await writeApiServerFiles(folder, url);
  const etcd = new Program(etcdArgv(etcdBinary, folder, [client, peer]), join(folder, "etcd.log"));
  const server = new Program(serverArgv(serverBinary, folder, { port, etcd: client }), join(folder, "kube-apiserver.log"));
  const both = new LoneApiServer({ folder, url, caPem: files.caPem, etcd, server });
  try {
    await both.start();
  } catch (error) {
    await both.stop();
    throw error;
  }
  return { url, ...files, setServing: (to) => both.setServing(to), keep: () => both.keep(), stop: () => both.stop() };
};
