import type { HttpRequest } from "@kubera-e2e/http";
import type { Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { broken, invalid, isUnreached, late, notRun, tooMuch, unreached, type CommandPlace, type Written } from "./exec-errors.ts";
import { statusOf } from "./refusal.ts";

/** A program to be run in a container. */
export interface ExecRequest {
  readonly namespace: string;
  readonly name: string;
  /** Default: the only one of the pod. */
  readonly container?: string;
  /** The program and its arguments, which no shell reads. */
  readonly command: readonly [string, ...string[]];
  /** Until it has ended; default 30 000. */
  readonly timeoutMs?: number;
}

/** How a program ended, and what it wrote, read as UTF-8. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecParts {
  readonly cluster: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly redacted: (text: string) => string;
  /** Messages of an open WebSocket, until the signal aborts. */
  readonly open: (signal: AbortSignal) => Promise<AsyncIterable<unknown>>;
}

/** Newest first: the fifth alone lets a client end its input, and the fourth is what older servers speak. */
export const EXEC_PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const DEFAULT_TIMEOUT_MS = 30_000;
/** Of what it writes and of its status together. */
const OUTPUT_LIMIT_BYTES = 16 * 1024 * 1024;
/** The first byte of a message says whose it is. */
const [STDOUT, STDERR, STATUS] = [1, 2, 3];

export const execRequest = ({ namespace, name, container, command }: ExecRequest): HttpRequest => ({
  method: "GET",
  path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/exec`,
  query: { container, command, stdout: true, stderr: true },
});

interface Told {
  readonly status?: unknown;
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: { readonly causes?: unknown } | null;
}

const parsed = (text: string): Told | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

type Cause = { readonly reason?: unknown; readonly message?: unknown } | null | undefined;

const causesOf = ({ details }: Told): readonly Cause[] => {
  const causes = details?.causes;
  return Array.isArray(causes) ? (causes as readonly Cause[]) : [];
};

class Channel {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/** What a command has written by now. */
class Output {
  readonly #stdout = new Channel();
  readonly #stderr = new Channel();
  readonly status = new Channel();
  readonly #channels: Readonly<Record<number, Channel>> = { [STDOUT]: this.#stdout, [STDERR]: this.#stderr, [STATUS]: this.status };

  /** False for a message of a channel that nobody opened. */
  take(message: unknown): boolean {
    const own = Buffer.isBuffer(message) ? this.#channels[message[0] ?? 0] : undefined;
    own?.push((message as Buffer).subarray(1));
    return own !== undefined;
  }

  get isTooMuch(): boolean {
    return this.#stdout.bytes + this.#stderr.bytes + this.status.bytes > OUTPUT_LIMIT_BYTES;
  }

  get written(): Written {
    return { stdoutBytes: this.#stdout.bytes, stderrBytes: this.#stderr.bytes };
  }

  end(exitCode: number): CommandEnd {
    return { exitCode, stdout: this.#stdout.text, stderr: this.#stderr.text };
  }
}

const noStatus = (place: CommandPlace, text: string): Error => invalid(place, `its status is ${place.redacted(text).slice(0, 200)}`);

/** The exit code that a status tells. Errors: `EXEC_FAILED`, `KUBELET_UNREACHABLE`, `RESPONSE_INVALID`. */
const exitCodeOf = (told: Told, text: string, place: CommandPlace): number => {
  if (told.status === "Success") return 0;
  if (told.status !== "Failure") throw noStatus(place, text);
  const code = causesOf(told).find((cause) => cause?.reason === "ExitCode")?.message;
  if (typeof code === "string" && /^\d+$/.test(code)) return Number(code);
  const status = statusOf(typeof told.code === "number" ? told.code : 500, told);
  throw isUnreached(status.message) ? unreached(place, status.message) : notRun(place, status);
};

const isEmpty = (message: unknown): boolean => (typeof message === "string" || Buffer.isBuffer(message)) && message.length === 0;

const readToEnd = async (messages: AsyncIterable<unknown>, output: Output, place: CommandPlace): Promise<CommandEnd> => {
  for await (const message of messages) {
    if (isEmpty(message)) continue;
    if (!output.take(message)) throw invalid(place, "it sent a message of no channel that was asked for");
    if (output.isTooMuch) throw tooMuch(place, OUTPUT_LIMIT_BYTES, output.written);
    // A status may come in several messages.
    const told = output.status.bytes > 0 ? parsed(output.status.text) : undefined;
    if (told !== undefined) return output.end(exitCodeOf(told, output.status.text, place));
  }
  if (output.status.bytes > 0) throw noStatus(place, output.status.text);
  throw broken(place, "the other side closed it before the command had ended");
};

const failureOf = (error: unknown, place: CommandPlace): Error => {
  if (!isKuberaError(error)) return broken(place, error);
  return error.code === "KUBE_REFUSED" && isUnreached(error.because) ? unreached(place, error.because) : error;
};

/** Runs a command and reads what it writes. Errors: those of `KubeClient.exec`, and `CONNECTION_LOST`, `RESPONSE_INVALID`. */
export const runCommand = async (command: ExecRequest, parts: ExecParts): Promise<CommandEnd> => {
  const { cluster, clock, signal, redacted, open } = parts;
  const { namespace, name, container, timeoutMs = DEFAULT_TIMEOUT_MS } = command;
  const place: CommandPlace = { cluster, pod: `${namespace}/${name}`, container, command: command.command.join(" "), redacted };
  const output = new Output();
  const guard = new AbortController();
  const over = clock.sleep(timeoutMs, guard.signal).then((): never => {
    throw late(place, timeoutMs, output.written);
  });
  const run = async (): Promise<CommandEnd> => readToEnd(await open(AbortSignal.any([signal, guard.signal])), output, place);
  try {
    return await Promise.race([run(), over]);
  } catch (error) {
    signal.throwIfAborted();
    throw failureOf(error, place);
  } finally {
    guard.abort();
  }
};
