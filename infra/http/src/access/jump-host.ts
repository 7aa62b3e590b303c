import type { Socket } from "node:net";
import type { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";
import type { Access, FarEnd } from "./access.ts";
import { socksConnect } from "./socks-connect.ts";
import { forwardFailure, sshFailure } from "./ssh-failure.ts";
import { SshProcess, type SshCall } from "./ssh-process.ts";

/** ConnectTimeout ends one attempt earlier; a chain of jump hosts or a slow log-in may take longer. */
const START_LIMIT_MS = 45_000;
/** What ssh says of a connection comes by another pipe than its end. */
const WORD_LIMIT_MS = 500;
/** How long ago a refusal may be to explain what broke now. */
const RECENT_MS = 10_000;

/** A jump host, reached by one long-lived `ssh -N -D` that starts with the first connection, and again after it has ended. */
export class JumpHost implements Access {
  readonly hop: string;
  readonly #call: SshCall;
  #running: Promise<SshProcess> | undefined;

  constructor(call: SshCall) {
    this.#call = call;
    this.hop = `the jump host ${call.destination}`;
  }

  async connect(end: FarEnd): Promise<Socket> {
    const ssh = await this.#ready();
    try {
      return await this.#connectBy(ssh, end);
    } catch (error) {
      // It had just ended; nothing was sent over it, so another may be asked.
      if (!ssh.isOver) throw error;
      return this.#connectBy(await this.#ready(), end);
    }
  }

  async explain(end: FarEnd): Promise<KuberaError | undefined> {
    const ssh = await this.#running?.catch(() => undefined);
    if (ssh === undefined) return undefined;
    const sinceMs = performance.now() - RECENT_MS;
    const reason = (): string | undefined => ssh.log.refusalOf(end, sinceMs);
    await this.#hear(ssh, WORD_LIMIT_MS, () => reason() !== undefined || ssh.isOver);
    const refusal = reason();
    if (refusal !== undefined) return forwardFailure(this.#call.destination, end, refusal);
    return ssh.isOver ? sshFailure(this.#call.destination, ssh.log.said) : undefined;
  }

  async proxyUrl(): Promise<string> {
    return `socks5://127.0.0.1:${(await this.#ready()).port}`;
  }

  async close(): Promise<void> {
    const ssh = await this.#running?.catch(() => undefined);
    this.#running = undefined;
    await ssh?.close();
  }

  async #connectBy(ssh: SshProcess, end: FarEnd): Promise<Socket> {
    try {
      return await socksConnect({ host: "127.0.0.1", port: ssh.port }, end);
    } catch (error) {
      throw (await this.explain(end)) ?? sshFailure(this.#call.destination, [...ssh.log.said, error instanceof Error ? error.message : ""]);
    }
  }

  async #ready(): Promise<SshProcess> {
    const running = this.#running;
    const last = await running?.catch(() => undefined);
    // Somebody else may have started the next one meanwhile.
    if (last?.isOver === true && this.#running === running) this.#running = undefined;
    this.#running ??= this.#start().catch((error: unknown) => {
      this.#running = undefined;
      throw error;
    });
    return this.#running;
  }

  async #start(): Promise<SshProcess> {
    const ssh = await SshProcess.start(this.#call);
    await this.#hear(ssh, START_LIMIT_MS, () => ssh.log.isReady || ssh.isOver);
    if (ssh.log.isReady && !ssh.isOver) return ssh;
    const said = ssh.isOver ? ssh.log.said : [...ssh.log.said, `it was not through after ${START_LIMIT_MS / 1000} s`];
    await ssh.close();
    throw sshFailure(this.#call.destination, said);
  }

  /** Waits until ssh has said enough; not hearing it in time is an answer too. */
  async #hear(ssh: SshProcess, deadlineMs: number, isEnough: () => boolean): Promise<void> {
    try {
      await waitUntil({
        what: `ssh ${this.#call.destination} has said enough`,
        deadlineMs,
        probe: async () => (isEnough() ? reached(true) : notYet("it has not")),
        subscribe: (wake) => ssh.log.subscribe(wake),
      });
    } catch (error) {
      if (!isKuberaError(error) || error.code !== "WAIT_DEADLINE") throw error;
    }
  }
}
