import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { BedDesk } from "./bed-desk.ts";
import type { HeldUntil } from "./held-lease.ts";
import { WorkerLine } from "./worker-line.ts";

/** Where workers ask for the bed: a loopback port, one connection a worker. */
export class RunDoor {
  readonly token = randomBytes(24).toString("base64url");
  readonly #desk: BedDesk;
  readonly #server: Server;
  readonly #lines = new Set<WorkerLine>();
  readonly #secrets = new Set<string>();
  #held: { readonly endsMs: number; readonly wallMs: number } | undefined;

  constructor(desk: BedDesk) {
    this.#desk = desk;
    this.#server = createServer({ noDelay: true }, (socket) => this.#admit(socket));
  }

  /** What workers have learned and no artifact may hold. */
  secrets(): string[] {
    return [...this.#secrets];
  }

  /** Tells all workers until when they may write, whatever becomes of this process. */
  tellHeld(end: HeldUntil): void {
    this.#held = { endsMs: performance.now() + end.leftMs, wallMs: end.wallMs };
    for (const line of this.#lines) line.tellHeld(end);
  }

  /** Tells all workers that the bed is lost. */
  tellLost(error: unknown): void {
    for (const line of this.#lines) line.tellLost(error);
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    return `tcp://127.0.0.1:${port}`;
  }

  /** Whoever waits must have been told already, by the desk's end. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await Promise.all([...this.#lines].map((line) => line.hangUp()));
    await closed;
  }

  #admit(socket: Socket): void {
    const line: WorkerLine = new WorkerLine(socket, {
      desk: this.#desk,
      knows: (token) => this.#knows(token),
      onSecrets: (secrets) => {
        for (const secret of secrets) this.#secrets.add(secret);
      },
      onKnown: () => {
        if (this.#held !== undefined) line.tellHeld({ leftMs: this.#held.endsMs - performance.now(), wallMs: this.#held.wallMs });
      },
      onEnd: () => this.#lines.delete(line),
    });
    this.#lines.add(line);
  }

  #knows(token: string): boolean {
    const given = Buffer.from(token);
    const wanted = Buffer.from(this.token);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}
