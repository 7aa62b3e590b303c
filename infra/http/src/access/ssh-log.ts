import { told, type FarEnd } from "./access.ts";

const LINES_KEPT = 20;

interface Refusal {
  readonly reason: string;
  readonly atMs: number;
}

/**
 * What an ssh at LogLevel DEBUG1 says, read as it comes. It answers a SOCKS request before it knows whether the other side can connect;
 * why it could not stands only here: first with the channel, then, when the channel is freed, with the end it was for.
 */
export class SshLog {
  readonly #said: string[] = [];
  readonly #channels = new Map<string, string>();
  readonly #refusals = new Map<string, Refusal>();
  readonly #readers = new Set<() => void>();
  #rest = "";
  #isOver = false;
  #isReady = false;

  /** Whether the user was let in and the port is open. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Its last lines that are meant for people. */
  get said(): readonly string[] {
    return this.#said;
  }

  take(text: string): void {
    const lines = (this.#rest + text).split(/\r?\n/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#read(line);
    this.#wake();
  }

  end(): void {
    if (this.#rest !== "") this.take("\n");
    this.#isOver = true;
    this.#wake();
  }

  /** Why the jump host would not connect to this end, when it has said so since then. */
  refusalOf(end: FarEnd, sinceMs: number): string | undefined {
    const refusal = this.#refusals.get(told(end));
    return refusal !== undefined && refusal.atMs >= sinceMs ? refusal.reason : undefined;
  }

  subscribe(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => this.#readers.delete(wake);
  }

  #wake(): void {
    for (const wake of this.#readers) wake();
  }

  #read(line: string): void {
    const [, debug, text = ""] = /^(debug\d: )?(.*)$/.exec(line) ?? [];
    // Its "Local forwarding listening" comes before the port is bound; a port that could not be bound ends it before this line.
    if (debug !== undefined && text === "Entering interactive session.") this.#isReady = true;
    const [, channel, reason] = /^channel (\d+): open failed: (.+)$/.exec(text) ?? [];
    if (channel !== undefined && reason !== undefined) this.#channels.set(channel, reason);
    this.#readFreed(text);
    if (debug !== undefined || text.trim() === "" || channel !== undefined) return;
    this.#said.push(text.trim());
    if (this.#said.length > LINES_KEPT) this.#said.shift();
  }

  #readFreed(text: string): void {
    const [, channel = "", host = "", port] =
      /^channel (\d+): free: direct-tcpip: listening port \d+ for (\S+) port (\d+),/.exec(text) ?? [];
    const reason = this.#channels.get(channel);
    if (reason === undefined) return;
    this.#channels.delete(channel);
    this.#refusals.set(told({ host, port: Number(port) }), { reason, atMs: performance.now() });
  }
}
