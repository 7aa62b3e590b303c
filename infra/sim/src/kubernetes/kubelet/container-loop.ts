import { randomBytes } from "node:crypto";
import type { EventText } from "../controllers/event-recorder.ts";
import type { ProgramEnd, Running } from "../program.ts";
import type { Pod } from "../workload-objects.ts";
import { ContainerLog } from "./container-log.ts";
import type { ContainerRecord } from "./container-record.ts";
import { defaultProgram } from "./default-program.ts";
import { ImageFetch } from "./image-fetch.ts";
import type { NodeRuntime } from "./node-runtime.ts";
import { ConfigError, PodEnvironment } from "./pod-environment.ts";
import { watchReadiness } from "./readiness.ts";

/** What a container needs of the pod around it. */
export interface PodHandle {
  readonly runtime: NodeRuntime;
  readonly pod: Pod;
  /** Aborts when the pod's containers have to end. */
  readonly signal: AbortSignal;
  /** Tells that the pod's status may have changed. */
  changed(): void;
  event(record: ContainerRecord, text: EventText): void;
}

const CONFIG_RETRY_MS = 5000;
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;
const FORGIVEN_AFTER_MS = 600_000;

/** The life of one container: image, start, end, and again as the restart policy wants. */
export class ContainerLoop {
  readonly #handle: PodHandle;
  readonly #record: ContainerRecord;
  readonly #images: ImageFetch;
  #crashes = 0;

  constructor(handle: PodHandle, record: ContainerRecord) {
    this.#handle = handle;
    this.#record = record;
    this.#images = new ImageFetch(handle, record);
  }

  /** Exit code with which the container has ended for good; undefined when it was made to end. */
  async run(): Promise<number | undefined> {
    const { memory } = this.#handle.runtime;
    let resumedAt = memory.containers.get(this.#key)?.startedAt;
    while (!this.#handle.signal.aborted) {
      if (resumedAt === undefined && !(await this.#prepare())) return undefined;
      const end = await this.#execute(resumedAt);
      resumedAt = undefined;
      if (end === undefined) return undefined;
      if (!this.#restarts(end)) {
        this.#record.isFinal = true;
        this.#handle.changed();
        return end.exitCode;
      }
      await this.#backOff();
    }
    return undefined;
  }

  get #key(): string {
    return `${this.#handle.pod.metadata.uid}/${this.#record.spec.name}`;
  }

  #restarts(end: ProgramEnd): boolean {
    const policy = this.#handle.pod.spec.restartPolicy ?? "Always";
    if (policy === "Never" || end.exitCode === 0) return policy === "Always" && !this.#record.isInit;
    return true;
  }

  async #prepare(): Promise<boolean> {
    if (!(await this.#images.ensure())) return false;
    for (;;) {
      const problem = this.#configProblem();
      if (problem === undefined) return true;
      this.#record.wait("CreateContainerConfigError", problem);
      this.#handle.event(this.#record, { type: "Warning", reason: "Failed", message: `Error: ${problem}` });
      this.#handle.changed();
      await this.#handle.runtime.time.delay(CONFIG_RETRY_MS, this.#handle.signal);
      if (this.#handle.signal.aborted) return false;
    }
  }

  #configProblem(): string | undefined {
    try {
      this.#environment().variables(this.#record.spec);
      return undefined;
    } catch (error) {
      if (error instanceof ConfigError) return error.message;
      throw error;
    }
  }

  #environment(): PodEnvironment {
    return new PodEnvironment(this.#handle.runtime.view, this.#handle.pod);
  }

  /** How the container ended by itself; undefined when its pod made it end. */
  async #execute(resumedAt: string | undefined): Promise<ProgramEnd | undefined> {
    const { runtime, signal } = this.#handle;
    const record = this.#record;
    this.#enterRunning(resumedAt);
    const own = new AbortController();
    const forward = (): void => own.abort();
    signal.addEventListener("abort", forward, { once: true });
    try {
      const program = this.#launch(own.signal);
      record.inside = { commands: program.commands ?? {}, signal: own.signal };
      watchReadiness(this.#handle, { record, ready: program.ready, signal: own.signal });
      const end = await Promise.race([program.ended ?? new Promise<never>(() => {}), untilAborted(own.signal)]);
      if (end === undefined || signal.aborted) return undefined;
      this.#leave(end);
      return end;
    } catch (error) {
      if (signal.aborted) return undefined;
      const end = { exitCode: 1, message: error instanceof Error ? error.message : String(error) };
      record.log?.write(`panic: ${end.message}`, runtime.time.now());
      this.#leave(end);
      return end;
    } finally {
      signal.removeEventListener("abort", forward);
      record.inside = undefined;
      own.abort();
    }
  }

  #enterRunning(resumedAt: string | undefined): void {
    const { runtime } = this.#handle;
    const record = this.#record;
    const startedAt = resumedAt ?? runtime.view.now();
    record.previousLog = record.log ?? record.previousLog;
    record.log = new ContainerLog();
    record.state = { running: { startedAt } };
    record.isStarted = true;
    if (resumedAt === undefined) {
      record.containerId = `containerd://${randomBytes(32).toString("hex")}`;
      this.#handle.event(record, { reason: "Created", message: `Created container: ${record.spec.name}` });
      this.#handle.event(record, { reason: "Started", message: `Started container ${record.spec.name}` });
      runtime.memory.containers.set(this.#key, { startedAt, restarts: record.restartCount });
    }
    this.#handle.changed();
  }

  #launch(signal: AbortSignal): Running {
    const handle = this.#handle;
    const { runtime } = handle;
    const { spec, isInit, log } = this.#record;
    const isTask = isInit || (handle.pod.spec.restartPolicy ?? "Always") !== "Always";
    const program = runtime.program(spec.image) ?? defaultProgram(isTask);
    const environment = this.#environment();
    return program.start({
      cluster: runtime.options.cluster,
      // Asked anew each time: the API server may come back on another etcd while the container runs on.
      get store() {
        return runtime.view.store;
      },
      get pod() {
        return handle.pod;
      },
      container: spec.name,
      image: spec.image,
      args: spec.args ?? (spec.command ?? []).slice(1),
      env: environment.variables(spec),
      machine: runtime.machine,
      time: runtime.time,
      signal,
      readVolume: (claim) => runtime.disk.volumes.get(environment.volumeOf(claim) ?? ""),
      writeVolume: (claim, data) => {
        const volume = environment.volumeOf(claim);
        if (volume === undefined) throw new Error(`no volume is mounted for claim ${claim}`);
        if (!signal.aborted) runtime.disk.volumes.set(volume, data);
      },
      log: (line) => log?.write(line, runtime.time.now()),
    });
  }

  #leave(end: ProgramEnd): void {
    const { runtime } = this.#handle;
    runtime.memory.containers.delete(this.#key);
    const reason = end.exitCode === 0 ? "Completed" : "Error";
    const ranMs = runtime.view.since(this.#record.state.running?.startedAt ?? runtime.view.now());
    this.#crashes = ranMs >= FORGIVEN_AFTER_MS ? 0 : this.#crashes;
    this.#record.end(end.exitCode, { reason, message: end.message, finishedAt: runtime.view.now() });
    this.#handle.changed();
  }

  /** The first restart is immediate, the next wait 10 s, 20 s … 5 min. */
  async #backOff(): Promise<void> {
    const { runtime, pod, signal } = this.#handle;
    const record = this.#record;
    record.lastState = record.state;
    record.restartCount += 1;
    this.#crashes += 1;
    if (this.#crashes === 1) return;
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (this.#crashes - 2), LONGEST_BACKOFF_MS);
    const subject = `pod ${pod.metadata.name}_${pod.metadata.namespace}(${pod.metadata.uid})`.replace("pod ", "pod=");
    record.wait("CrashLoopBackOff", `back-off ${goSeconds(backoffMs)} restarting failed container=${record.spec.name} ${subject}`);
    const message = `Back-off restarting failed container ${record.spec.name} in ${subject.replace("pod=", "pod ")}`;
    this.#handle.event(record, { type: "Warning", reason: "BackOff", message });
    this.#handle.changed();
    await runtime.time.delay(backoffMs, signal);
  }
}

const goSeconds = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  const seconds = (ms % 60_000) / 1000;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
};

const untilAborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
