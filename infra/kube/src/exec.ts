import type { HttpRequest } from "@kubera-e2e/http";
import type { Clock } from "@kubera-e2e/schema/clock";
import { isKuberaError } from "@kubera-e2e/schema/kubera-error";
import { broken, invalid, late, notRun, type CommandPlace } from "./exec-errors.ts";
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
  readonly details?: { readonly causes?: readonly { readonly reason?: unknown; readonly message?: unknown }[] };
}

const parsed = (text: string): Told | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/** What a command has written by now. */
class Output {
  readonly #chunks: Record<number, Buffer[]> = { [STDOUT]: [], [STDERR]: [], [STATUS]: [] };

  /** False for a message of a channel that nobody opened. */
  take(message: unknown): boolean {
    const own = Buffer.isBuffer(message) ? this.#chunks[message[0] ?? 0] : undefined;
    own?.push((message as Buffer).subarray(1));
    return own !== undefined;
  }

  bytes(channel: number): number {
    return (this.#chunks[channel] ?? []).reduce((sum, chunk) => sum + chunk.length, 0);
  }

  text(channel: number): string {
    return Buffer.concat(this.#chunks[channel] ?? []).toString("utf8");
  }

  end(exitCode: number): CommandEnd {
    return { exitCode, stdout: this.text(STDOUT), stderr: this.text(STDERR) };
  }
}

/** The exit code that a status tells. Errors: `EXEC_FAILED`, `RESPONSE_INVALID`. */
const exitCodeOf = (text: string, place: CommandPlace): number => {
  const told = parsed(text);
  if (told?.status === "Success") return 0;
  if (told?.status !== "Failure") throw invalid(place, `its status is ${text.slice(0, 200)}`);
  const code = told.details?.causes?.find(({ reason }) => reason === "ExitCode")?.message;
  if (typeof code === "string" && /^\d+$/.test(code)) return Number(code);
  throw notRun(place, statusOf(typeof told.code === "number" ? told.code : 500, told));
};

const readToEnd = async (messages: AsyncIterable<unknown>, output: Output, place: CommandPlace): Promise<CommandEnd> => {
  for await (const message of messages) {
    if (!output.take(message)) throw invalid(place, "it sent a message of no channel that was asked for");
    if (output.bytes(STATUS) > 0) return output.end(exitCodeOf(output.text(STATUS), place));
  }
  throw broken(place, "the other side closed it before the command had ended");
};

/** Runs a command and reads what it writes. Errors: those of `KubeClient.exec`, and `CONNECTION_LOST`, `RESPONSE_INVALID`. */
export const runCommand = async (command: ExecRequest, parts: ExecParts): Promise<CommandEnd> => {
  const { cluster, clock, signal, redacted, open } = parts;
  const { namespace, name, container, timeoutMs = DEFAULT_TIMEOUT_MS } = command;
  const place: CommandPlace = { cluster, pod: `${namespace}/${name}`, container, command: command.command.join(" "), redacted };
  const output = new Output();
  const guard = new AbortController();
  const over = clock.sleep(timeoutMs, guard.signal).then((): never => {
    throw late(place, { timeoutMs, stdoutBytes: output.bytes(STDOUT), stderrBytes: output.bytes(STDERR) });
  });
  const run = async (): Promise<CommandEnd> => readToEnd(await open(AbortSignal.any([signal, guard.signal])), output, place);
  try {
    return await Promise.race([run(), over]);
  } catch (error) {
    signal.throwIfAborted();
    throw isKuberaError(error) ? error : broken(place, error);
  } finally {
    guard.abort();
  }
};
