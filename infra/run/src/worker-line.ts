import type { Socket } from "node:net";
import { systemClock } from "@kubera-e2e/schema/clock";
import { toWire } from "@kubera-e2e/schema/error-wire";
import type { z } from "zod";
import type { BedDesk } from "./bed-desk.ts";
import type { HeldUntil } from "./held-lease.ts";
import { onLines, sendLine } from "./json-lines.ts";
import { greetingSchema, questionSchema, type JoinRequest, type PowerRequest } from "./wire.ts";

type Question = z.infer<typeof questionSchema>;

export interface WorkerLineOptions {
  readonly desk: BedDesk;
  readonly knows: (token: string) => boolean;
  readonly onSecrets: (secrets: readonly string[]) => void;
  readonly onKnown: () => void;
  readonly onEnd: () => void;
}

/** A worker that hangs in the middle of its question is not waited for at the end of a run. */
const LAST_WORD_MS = 1000;

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

/** One worker's connection: its end without a leave is how the end of the worker is known, however it died. */
export class WorkerLine {
  readonly #socket: Socket;
  readonly #options: WorkerLineOptions;
  readonly #joined = new Map<number, JoinRequest>();
  readonly #waiting = new Map<number, AbortController>();
  readonly #answering = new Set<Promise<void>>();
  #isKnown = false;

  constructor(socket: Socket, options: WorkerLineOptions) {
    this.#socket = socket;
    this.#options = options;
    // Its close follows, and says all there is to say.
    socket.on("error", () => {});
    socket.once("close", () => this.#end());
    onLines(socket, (line) => this.#take(line));
  }

  tellHeld(holds: HeldUntil): void {
    if (this.#isKnown) sendLine(this.#socket, { holds });
  }

  /** Tells a worker that the bed it may have joined is not its own any more. */
  tellLost(error: unknown): void {
    if (this.#isKnown) sendLine(this.#socket, { lost: toWire(error) });
  }

  async hangUp(): Promise<void> {
    const told = new AbortController();
    await Promise.race([Promise.all(this.#answering), systemClock.sleep(LAST_WORD_MS, told.signal).catch(() => {})]);
    told.abort();
    this.#socket.end();
    this.#socket.destroySoon();
  }

  #end(): void {
    for (const waiting of this.#waiting.values()) waiting.abort(new Error("the worker is gone"));
    for (const join of this.#joined.values()) this.#options.desk.vanish(join);
    this.#options.onEnd();
  }

  #refuse(refused: string): void {
    sendLine(this.#socket, { refused });
    this.#socket.destroySoon();
  }

  #take(line: string): void {
    if (!this.#isKnown) {
      const greeting = greetingSchema.safeParse(parsed(line));
      this.#isKnown = greeting.success && this.#options.knows(greeting.data.token);
      if (this.#isKnown) this.#options.onKnown();
      else this.#refuse("the token of this run is missing or wrong");
      return;
    }
    const question = questionSchema.safeParse(parsed(line));
    // A malformed question is a defect of ours; its text names no secret.
    if (!question.success) this.#refuse(`a question cannot be understood: ${question.error.message}`);
    else if (question.data.ask === "cancel") this.#waiting.get(question.data.id)?.abort(new Error("the test does not wait any more"));
    else this.#answer(question.data);
  }

  #answer(question: Exclude<Question, { ask: "cancel" }>): void {
    const { id } = question;
    const answering = this.#resolve(question)
      .then(
        (answer) => sendLine(this.#socket, { id, answer }),
        (error: unknown) => sendLine(this.#socket, { id, error: toWire(error) }),
      )
      .finally(() => this.#answering.delete(answering));
    this.#answering.add(answering);
  }

  async #resolve(question: Exclude<Question, { ask: "cancel" }>): Promise<unknown> {
    const { desk } = this.#options;
    switch (question.ask) {
      case "join":
        return this.#join(question.id, question.of);
      case "leave":
        this.#joined.delete(question.of.slot);
        if (question.of.failed) desk.noteFailure(question.of.slot);
        desk.leave(question.of.slot, question.of.dirty);
        return {};
      case "power":
        await this.#setPower(question.of);
        return {};
      case "secrets":
        this.#options.onSecrets(question.of);
        return {};
      case "events": {
        const { from, to } = question.of;
        return desk.events(new Date(from), to === undefined ? new Date() : new Date(to));
      }
    }
  }

  /** A node without power is felt by everybody on the bed, and only a restore surely gives it back. */
  async #setPower(request: PowerRequest): Promise<void> {
    if (this.#joined.get(request.slot)?.disturbs !== true) throw new Error("power is for a test that disturbs the bed and has joined it");
    await this.#options.desk.setPower(request);
  }

  async #join(id: number, join: JoinRequest): Promise<unknown> {
    const { desk } = this.#options;
    const waiting = new AbortController();
    this.#waiting.set(id, waiting);
    try {
      const joined = await desk.join(join, waiting.signal);
      this.#joined.set(join.slot, join);
      if (this.#socket.destroyed || waiting.signal.aborted) this.#giveBack(join);
      return joined;
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Nobody is there any more who could use it. */
  #giveBack(join: JoinRequest): void {
    this.#joined.delete(join.slot);
    this.#options.desk.vanish(join);
  }
}
