import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";

/** One program that can be killed and started again. It dies with this process, however that ends. */
export class Program {
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
