import { setTimeout as pause } from "node:timers/promises";
import { Redactor } from "@kubera-e2e/schema/redactor";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ApiObject, RecordedApi } from "./recorded-api.ts";
import { eventually, record } from "./recorded-cluster.ts";

const FILE = "logs/kubera/mysql-0/db.ndjson";

type StoredLine = { readonly line?: string; readonly times?: number; readonly mark?: string };

const pod = (restarts: number, over: object = {}): ApiObject => ({
  kind: "Pod",
  metadata: { name: "mysql-0", uid: "u1", namespace: "kubera" },
  status: {
    phase: "Running",
    containerStatuses: [
      {
        name: "db",
        image: "mysql",
        restartCount: restarts,
        containerID: `containerd://${restarts}`,
        state: { running: {} },
        ...(restarts > 0 && { lastState: { terminated: { reason: "OOMKilled", exitCode: 137 } } }),
        ...over,
      },
    ],
  },
});

type Step = "write" | "burst" | "end" | "destroy" | "tear" | "wait" | "restart" | "late restart";

/** What a container writes, and how its runs end. */
class Container {
  readonly written: string[] = [];
  readonly #api: RecordedApi;
  restarts = 0;
  #ns = 0;

  constructor(api: RecordedApi) {
    this.#api = api;
    api.startRun("0");
    api.put(pod(0));
  }

  async take(step: Step, at: number): Promise<void> {
    const steps: Readonly<Record<Step, () => unknown>> = {
      write: () => this.write(`line ${at}`),
      burst: () => [1, 2, 3].map((part) => this.write(`burst ${at} ${part}`, 0)),
      end: () => this.#api.breakLogs("end"),
      destroy: () => this.#api.breakLogs("destroy"),
      tear: () => this.#tear(`torn ${at}`),
      wait: () => pause(20),
      restart: () => this.#restart(),
      "late restart": () => this.#lateRestart(at),
    };
    await steps[step]();
  }

  write(text: string, stepNs = 1_000_000): void {
    this.written.push(text);
    this.#api.write({ time: this.#time(stepNs), text });
  }

  /** Half of the line goes out, then connections break; it is whole in the log. */
  #tear(text: string): void {
    const line = { time: this.#time(1), text };
    this.#api.tear(line);
    this.written.push(text);
    this.#api.write(line);
  }

  #restart(): void {
    this.restarts += 1;
    this.#api.startRun(String(this.restarts));
    this.#api.put(pod(this.restarts));
  }

  /** The container runs anew and writes before its pod's status says so. */
  async #lateRestart(at: number): Promise<void> {
    this.#api.startRun(String(this.restarts + 1));
    this.write(`early ${at}`);
    await pause(20);
    this.restarts += 1;
    this.#api.put(pod(this.restarts));
  }

  #time(stepNs: number): string {
    this.#ns += stepNs;
    return `${new Date(Date.now()).toISOString().slice(0, 19)}.${String(this.#ns).padStart(9, "0")}Z`;
  }
}

const textsOf = (lines: readonly unknown[]): string[] => (lines as StoredLine[]).flatMap(({ line }) => line ?? []);
const marksOf = (lines: readonly unknown[]): string[] => (lines as StoredLine[]).flatMap(({ mark }) => mark ?? []);

const tellsOfLoss = (mark: string): boolean => mark.includes("missing") || mark.includes("unread");

const STEPS: readonly Step[] = ["write", "write", "write", "burst", "burst", "end", "destroy", "tear", "wait", "restart", "late restart"];

describe("the recorded log of a container", () => {
  test("holds each line once over broken connections and restarts; what is missing is said", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...STEPS), { minLength: 3, maxLength: 25 }), async (steps) => {
        await using recording = await record();
        const container = new Container(recording.api);
        for (const [at, step] of steps.entries()) await container.take(step, at);
        container.write("the last line");
        const isMissing = (): boolean => {
          const texts = new Set(textsOf(recording.linesOf(FILE)));
          return (
            container.written.some((text) => !texts.has(text)) &&
            container.restarts < 2 &&
            !marksOf(recording.linesOf(FILE)).some(tellsOfLoss)
          );
        };
        await eventually("all is recorded, or said to be missing", () => !isMissing()).catch(() => {});
        await recording.recorder.close();
        const [texts, marks] = [textsOf(recording.linesOf(FILE)), marksOf(recording.linesOf(FILE))];
        expect(texts.filter((text, at) => texts.indexOf(text) !== at)).toEqual([]);
        const missing = container.written.filter((text) => !texts.includes(text));
        // A kubelet keeps two runs and lets ten seconds pass before a second restart; without them nobody can tell which run it gave.
        const mayMiss = marks.some(tellsOfLoss) || container.restarts > 1;
        expect(mayMiss ? [] : missing).toEqual([]);
        expect(texts.filter((text) => !container.written.includes(text))).toEqual([]);
      }),
      { numRuns: 25 },
    );
  }, 240_000);

  test("tells how a run ended, and its last words although the connection was broken", async () => {
    await using recording = await record();
    const container = new Container(recording.api);
    container.write("ready");
    await eventually("a line is recorded", () => recording.linesOf(FILE).length > 0);
    recording.api.breakLogs("destroy");
    container.write("error: out of memory");
    await container.take("restart", 1);
    container.write("ready again");
    await eventually("the new run is recorded", () => textsOf(recording.linesOf(FILE)).includes("ready again"));
    const lines = recording.linesOf(FILE) as StoredLine[];
    expect(lines.map(({ line, mark }) => line ?? mark)).toEqual([
      "ready",
      "error: out of memory",
      "restart 1: the one before ended: OOMKilled, exit code 137",
      "ready again",
    ]);
    const { facts } = await recording.recorder.between(new Date(0), new Date());
    const told = facts.filter(({ kind }) => kind === "kubernetes.log").map(({ data }) => data["line"] ?? data["mark"]);
    expect(told).toEqual(["ready", "error: out of memory", "restart 1: the one before ended: OOMKilled, exit code 137"]);
    expect(facts.find(({ kind }) => kind === "kubernetes.log")?.data["file"]).toBe(`evidence/server/${FILE}`);
  });

  test("holds all runs of a container that is restarted again and again", async () => {
    await using recording = await record();
    const container = new Container(recording.api);
    for (let run = 1; run <= 5; run += 1) {
      container.write(`run ${run}`);
      await eventually("the run is recorded", () => textsOf(recording.linesOf(FILE)).includes(`run ${run}`));
      if (run % 2 === 0) recording.api.breakLogs("destroy");
      container.write(`last words of run ${run}`);
      await container.take(run % 3 === 0 ? "late restart" : "restart", run);
      await eventually("the restart is recorded", () => marksOf(recording.linesOf(FILE)).length === run);
    }
    container.write("the end");
    await eventually("all is recorded", () => textsOf(recording.linesOf(FILE)).length === container.written.length);
    expect(textsOf(recording.linesOf(FILE)).toSorted()).toEqual(container.written.toSorted());
    expect(marksOf(recording.linesOf(FILE)).filter(tellsOfLoss)).toEqual([]);
  });

  test("says when the pod is gone, and that its connection stood to the last", async () => {
    await using recording = await record();
    const container = new Container(recording.api);
    container.write("ready");
    await eventually("a line is recorded", () => recording.linesOf(FILE).length > 0);
    recording.api.remove(pod(0));
    await eventually("the pod is gone", () => marksOf(recording.linesOf(FILE)).length > 0);
    expect(marksOf(recording.linesOf(FILE))).toEqual(["the pod is gone; its last lines may be missing"]);
  });

  test("holds no secret, however it was cut on its way", async () => {
    await using recording = await record(new Redactor(["hunter22-hunter22"]));
    const container = new Container(recording.api);
    await eventually("the log is read", () => recording.api.reading === 1);
    container.write(`login with hunter22-hunter22 at ${"x".repeat(70_000)}`);
    await eventually("it is recorded", () => recording.linesOf(FILE).length > 0);
    expect(JSON.stringify(recording.linesOf(FILE))).not.toContain("hunter22");
  });

  test("is left out in other namespaces", async () => {
    await using recording = await record();
    const { metadata, ...rest } = pod(0);
    recording.api.put({ ...rest, metadata: { ...metadata, namespace: "default" } });
    await eventually("the pod is recorded", () => recording.linesOf("pods.ndjson").length > 0);
    expect(recording.api.reading).toBe(0);
  });
});
