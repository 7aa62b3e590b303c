import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import type { Socket } from "node:net";
import { SshLog } from "./ssh-log.ts";

const TETHER = fileURLToPath(new URL("../../bin/tethered.mjs", import.meta.url));
const CONNECT_LIMIT_S = 15;

/** How the user's own ssh is called. */
export interface SshCall {
  readonly destination: string;
  readonly options: readonly string[];
  /** Default `ssh` on the PATH. */
  readonly program?: string | undefined;
}

/**
 * Arguments of the ssh that holds a SOCKS port of loopback open. Of an option that is there twice ssh takes the first: ours
 * that must hold stand before the user's, defaults behind them.
 */
const sshArguments = ({ destination, options }: SshCall, port: number): string[] => [
  "-N",
  "-T",
  "-D",
  `127.0.0.1:${port}`,
  ...[
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    "ExitOnForwardFailure=yes",
    "LogLevel=DEBUG1",
    "ControlMaster=no",
    "ControlPath=none",
  ].flatMap((option) => ["-o", option]),
  ...["ForkAfterAuthentication=no", "GatewayPorts=no"].flatMap((option) => ["-o", option]),
  ...options,
  ...[`ConnectTimeout=${CONNECT_LIMIT_S}`, "ServerAliveInterval=15", "ServerAliveCountMax=3"].flatMap((option) => ["-o", option]),
  "--",
  destination,
];

/** ssh cannot choose a port for -D itself. */
const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
};

/** One ssh of ours: detached from the terminal, so that Ctrl-C does not cut off the work that ends in order, and ended with this process. */
export class SshProcess {
  readonly port: number;
  readonly log = new SshLog();
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isOver = false;

  private constructor(child: ChildProcess, port: number) {
    this.port = port;
    this.#child = child;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.log.take(text));
    this.#ended = new Promise<void>((resolve) => {
      child.once("error", () => resolve());
      child.once("close", () => resolve());
    }).then(() => {
      this.#isOver = true;
      this.log.end();
    });
    // A command that forgets to close its clients still ends.
    child.unref();
    for (const pipe of [child.stdin, child.stderr]) (pipe as Socket | null)?.unref();
  }

  static async start(call: SshCall): Promise<SshProcess> {
    const port = await freePort();
    const argv = [TETHER, call.program ?? "ssh", ...sshArguments(call, port)];
    return new SshProcess(spawn(process.execPath, argv, { detached: true, stdio: ["pipe", "ignore", "pipe"] }), port);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Waits until it has ended. */
  async close(): Promise<void> {
    this.#child.stdin?.destroy();
    this.#child.ref();
    (this.#child.stderr as Socket | null)?.ref();
    await this.#ended;
  }
}
