import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Redactor } from "@kubera-e2e/schema/redactor";
import type { ExecMachines as ExecBed } from "@kubera-e2e/schema/bed-machines-exec";
import type { Clock } from "@kubera-e2e/schema/clock";
import { inOrder } from "../named-machines.ts";
import type { CallOptions, Limitation, MachineInfo, Machines, SnapshotRequest } from "../port.ts";
import { runScript, type ScriptEnd } from "./run-script.ts";
import { SCRIPT_ANSWERS, type ScriptAnswer, type ScriptRequests, type ScriptVerb } from "./script-answers.ts";
import { answerInvalid, faultOf, scriptFailed, scriptLate, scriptNotStarted, type ScriptPlace } from "./script-errors.ts";

export interface ExecParts {
  readonly bed: ExecBed;
  /** All variables that the scripts get. */
  readonly environment: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  readonly clock: Clock;
}

const progressOf = (line: string): number | undefined => {
  const [, percent] = /^progress:? (\d{1,3})$/.exec(line) ?? [];
  return percent === undefined ? undefined : Math.min(Number(percent), 100);
};

interface Call<V extends ScriptVerb> {
  readonly verb: V;
  readonly request: ScriptRequests[V];
  readonly machine?: string;
}

/** Any hypervisor that five scripts can drive: one program per verb, one JSON object in, one out. */
export class ExecMachines implements Machines {
  readonly #parts: ExecParts;

  constructor(parts: ExecParts) {
    this.#parts = parts;
  }

  async inspect(names: readonly string[], options?: CallOptions): Promise<MachineInfo[]> {
    if (names.length === 0) return [];
    const { machines, known } = await this.#run({ verb: "inspect", request: { names } }, options);
    return inOrder(machines, { names, known: known ?? machines.map(({ name }) => name), where: this.#place("inspect") });
  }

  powerOff(name: string, options?: CallOptions): Promise<void> {
    return this.#power(name, "off", options);
  }

  powerOn(name: string, options?: CallOptions): Promise<void> {
    return this.#power(name, "on", options);
  }

  async snapshot(name: string, snapshot: SnapshotRequest, options?: CallOptions): Promise<string> {
    const { id } = await this.#run({ verb: "snapshot", request: { name, snapshot }, machine: name }, options);
    return id;
  }

  async revert(name: string, snapshotId: string, options?: CallOptions): Promise<void> {
    await this.#refuseForeign(name, snapshotId, options);
    await this.#run({ verb: "revert", request: { name, snapshotId }, machine: name }, options);
  }

  async removeSnapshot(name: string, snapshotId: string, options?: CallOptions): Promise<void> {
    await this.#refuseForeign(name, snapshotId, options);
    await this.#run({ verb: "remove", request: { name, snapshotId }, machine: name }, options);
  }

  limitations(): Promise<readonly Limitation[]> {
    return Promise.resolve(this.#parts.bed.limitations);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #power(name: string, to: "on" | "off", options?: CallOptions): Promise<void> {
    await this.#run({ verb: "power", request: { name, to }, machine: name }, options);
  }

  /** An id of another VM must never reach a script, which might know all of them. */
  async #refuseForeign(name: string, id: string, options?: CallOptions): Promise<void> {
    const [info] = await this.inspect([name], options);
    const known = info?.snapshots ?? [];
    if (known.some((snapshot) => snapshot.id === id)) return;
    throw new KuberaError("SCRIPT_FAILED", {
      what: `VM "${name}" has no snapshot ${id}`,
      where: `${this.#place("inspect")}: snapshots of VM "${name}"`,
      because:
        known.length === 0 ? "it has no snapshot at all" : `its snapshots are ${known.map((one) => `${one.id} "${one.name}"`).join(", ")}`,
      fix: "Look whether somebody removed the snapshot; then make the set again.",
    });
  }

  #place(verb: ScriptVerb): string {
    return this.#parts.bed.scripts[verb].join(" ");
  }

  async #run<V extends ScriptVerb>({ verb, request, machine }: Call<V>, options: CallOptions = {}): Promise<ScriptAnswer<V>> {
    options.signal?.throwIfAborted();
    const place = { verb, argv: this.#parts.bed.scripts[verb], machine };
    const end = await this.#withinLimit(place, JSON.stringify({ verb, ...request }), options);
    if (end.code !== 0) {
      // A name that nobody bears is told as such, with the names there are.
      if (machine !== undefined && faultOf(end)?.type === "NotFound") await this.inspect([machine], options);
      throw scriptFailed(place, end);
    }
    return this.#read(place, end.stdout) as ScriptAnswer<V>;
  }

  async #withinLimit(place: ScriptPlace, input: string, { signal, onProgress }: CallOptions): Promise<ScriptEnd> {
    const { clock, bed, environment } = this.#parts;
    const over = new AbortController();
    const stop = AbortSignal.any([over.signal, ...(signal === undefined ? [] : [signal])]);
    const ended = new AbortController();
    const watch = clock.sleep(bed.timeLimit, ended.signal).then(
      () => over.abort(),
      () => {},
    );
    const onLine = (line: string): void => {
      const percent = progressOf(line);
      if (percent !== undefined) onProgress?.(percent);
    };
    try {
      const end = await runScript({ argv: place.argv, input, environment, signal: stop, onLine }).catch((error: unknown) => {
        throw scriptNotStarted(place, error);
      });
      signal?.throwIfAborted();
      if (over.signal.aborted) throw scriptLate(place, bed.timeLimit);
      return this.#redacted(end);
    } finally {
      ended.abort();
      await watch;
    }
  }

  /** Answers are kept as they are; what may be shown is masked. */
  #redacted(end: ScriptEnd): ScriptEnd {
    const { redactor } = this.#parts;
    if (end.code === 0) return end;
    return { ...end, stdout: redactor.text(end.stdout), stderr: end.stderr.map((line) => redactor.text(line)) };
  }

  #read(place: ScriptPlace, stdout: string): unknown {
    let json: unknown;
    try {
      json = JSON.parse(stdout);
    } catch {
      throw answerInvalid(
        place,
        `stdout is not one JSON object: ${this.#parts.redactor.text(stdout.slice(0, 200)).trim() || "it is empty"}`,
      );
    }
    const parsed = SCRIPT_ANSWERS[place.verb].safeParse(json);
    if (parsed.success) return parsed.data;
    throw answerInvalid(place, parsed.error.issues.map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`).join("; "));
  }
}
