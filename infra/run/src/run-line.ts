import { setMaxListeners } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as setImmediatePromise } from "node:timers/promises";
import { fromWire } from "@kubera-e2e/schema/error-wire";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Fence } from "@kubera-e2e/schema/fence";
import type { Settings } from "@kubera-e2e/schema/settings";
import { onLines, sendLine } from "./json-lines.ts";
import { runAnswerSchema, type RunAnswer, type RunQuestion } from "./wire.ts";

export type RunAddress = Pick<Settings, "KUBERA_RUN_URL" | "KUBERA_RUN_TOKEN">;

/** How often the end of the lease is looked at: timers stand still while a computer sleeps. */
const LOOK_MS = 1000;
/** What was recorded about a test, in one line. */
const LONGEST_ANSWER = 64 * 1024 * 1024;

interface Pending {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

const noRun = (because: string, cause?: unknown): KuberaError =>
  new KuberaError("INTERNAL", {
    what: "this worker cannot reach the run that should hold its bed",
    where: "KUBERA_RUN_URL and KUBERA_RUN_TOKEN",
    because,
    fix: "Start tests with `pnpm test` or with this repository's playwright.config.ts, whose global set-up starts the run's server.",
    cause,
  });

const notTold = (): KuberaError =>
  new KuberaError("LEASE_LOST", {
    what: "this worker was not told in time that its bed is still held",
    where: "the run process that holds the lease",
    because: "it was stopped or hangs, and the lease may be over",
    fix: "Look what stopped it, a computer that sleeps or has no memory left; then run again.",
  });

const readAnswer = (line: string): RunAnswer => {
  try {
    return runAnswerSchema.parse(JSON.parse(line));
  } catch {
    return { refused: `it was answered with something else than an answer: ${line.slice(0, 300)}` };
  }
};

/** A worker's one connection to the run process. What it holds there is given free when the connection ends, however the worker died. */
class RunLine {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #lost = new AbortController();
  #asked = 0;
  #heldUntil: { readonly monotonicMs: number; readonly wallMs: number } | undefined;

  constructor(url: string, token: string) {
    // Every call under way may listen to it.
    setMaxListeners(0, this.#lost.signal);
    const { hostname, port } = new URL(url);
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let trouble: Error | undefined;
    this.#socket.on("error", (error) => (trouble = error));
    this.#socket.once("close", () => this.#end(noRun(trouble?.message ?? "the run has ended", trouble)));
    onLines(this.#socket, (line) => this.#take(line), LONGEST_ANSWER);
    sendLine(this.#socket, { token });
    setInterval(() => this.#look(), LOOK_MS).unref();
    // Only an answer that somebody waits for keeps the worker alive.
    this.#socket.unref();
  }

  /** Aborts when nothing more may be done to what this worker has joined. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Right before a write: a timer is too late for a worker that stood still. */
  async check(): Promise<void> {
    // Twice: after the first the socket may not have been read yet, on which the run may have told more.
    for (let turn = 0; turn < 2 && this.#isOver(); turn += 1) await setImmediatePromise();
    this.#endIfOver();
    this.#lost.signal.throwIfAborted();
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  ask(question: RunQuestion, signal?: AbortSignal): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        sendLine(this.#socket, { id, ask: "cancel" });
        settle(() => reject(signal?.reason));
      };
      const settle = (tell: () => void): void => {
        signal?.removeEventListener("abort", cancel);
        this.#pending.delete(id);
        if (this.#pending.size === 0) this.#socket.unref();
        tell();
      };
      this.#pending.set(id, { resolve: (answer) => settle(() => resolve(answer)), reject: (error) => settle(() => reject(error)) });
      this.#socket.ref();
      sendLine(this.#socket, { id, ...question });
      signal?.addEventListener("abort", cancel, { once: true });
      if (signal?.aborted === true) cancel();
    });
  }

  #take(line: string): void {
    const answer = readAnswer(line);
    if ("refused" in answer) {
      this.#end(noRun(answer.refused));
      this.#socket.destroy();
      return;
    }
    if ("lost" in answer) {
      this.#lost.abort(fromWire(answer.lost));
      return;
    }
    if ("holds" in answer) {
      this.#heldUntil = { monotonicMs: performance.now() + answer.holds.leftMs, wallMs: answer.holds.wallMs };
      return;
    }
    const pending = this.#pending.get(answer.id);
    if ("error" in answer) pending?.reject(fromWire(answer.error));
    else pending?.resolve(answer.answer);
  }

  /** A run that was stopped tells nothing, and its lease runs out all the same. */
  #look(): void {
    // What came while this worker was busy is still to be read.
    if (this.#isOver()) setImmediate(() => this.#endIfOver());
  }

  #endIfOver(): void {
    if (this.#isOver()) this.#lost.abort(notTold());
  }

  #isOver(): boolean {
    const end = this.#heldUntil;
    return end !== undefined && (performance.now() >= end.monotonicMs || Date.now() >= end.wallMs);
  }

  /** Without the run nobody renews the lease. */
  #end(error: KuberaError): void {
    this.#lost.abort(error);
    for (const { reject } of this.#pending.values()) reject(error);
  }
}

const lines = new Map<string, RunLine>();

const lineTo = ({ KUBERA_RUN_URL: url, KUBERA_RUN_TOKEN: token }: RunAddress): RunLine => {
  if (url === undefined || token === undefined) throw noRun("they are not set");
  let line = lines.get(url);
  if (line?.isOpen !== true) {
    line = new RunLine(url, token);
    lines.set(url, line);
  }
  return line;
};

/** Asks the run process; errors as it told them, `INTERNAL` when there is none. */
export const askRun = async (address: RunAddress, question: RunQuestion, signal?: AbortSignal): Promise<unknown> =>
  lineTo(address).ask(question, signal);

/** Lets nothing be written any more, with the run's reason, when the bed that this worker has joined is lost or its run has ended. Error: `INTERNAL` when there is no run. */
export const bedFence = (address: RunAddress): Fence => {
  const line = lineTo(address);
  return { signal: line.lost, check: () => line.check() };
};
