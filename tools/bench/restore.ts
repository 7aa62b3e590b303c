import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transcript } from "@kubera-e2e/http";
import { openBed, restoreSet, snapshotSet } from "@kubera-e2e/lifecycle";
import type { BenchResult } from "@kubera-e2e/schema/bench-result";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { readSettings } from "@kubera-e2e/schema/settings";
import { startSim, type RunningSim } from "@kubera-e2e/sim";
import { atMost, median } from "./measure.ts";
import { coveredMs, mostAtOnce, type Span } from "./spans.ts";

const LATENCY_MS = 200;
const SPEED = 150;

interface Shape {
  readonly name: string;
  readonly cluster: "server" | "member";
  readonly workers: number;
  readonly powerOnPerHost: number;
}

/** The six VMs lie on two hosts, at most three of a group on one: with this limit none waits for another. */
const SIX: Shape = { name: "six", cluster: "member", workers: 5, powerOnPerHost: 3 };
const ONE: Shape = { name: "one", cluster: "server", workers: 0, powerOnPerHost: 3 };
const LIMITED: Shape = { ...SIX, powerOnPerHost: 1 };

interface Place {
  readonly sim: RunningSim;
  readonly scratch: string;
  readonly values: Readonly<Record<string, string>>;
}

const vmLine = (cluster: string, node: string, plane: string): string =>
  `      - { name: sim-${cluster}-${node}, node: ${cluster}-${node}, plane: ${plane} }`;

const bedOf = ({ values }: Place, { name, cluster, workers, powerOnPerHost }: Shape) =>
  parseTestBed(
    `apiVersion: kubera-e2e/v1
kind: TestBed
name: ${name}
target: sim
machines: { driver: esx, endpoint: "${values["vsphere.url"]}", credentials: vsphere, trust: { ca: "${values["ca"]}" } }
clusters:
  - name: ${cluster}
    role: server
    kubeconfig: ${values[`clusters.${cluster}.kubeconfig`]}
    vms:
${[vmLine(cluster, "master1", "control"), ...Array.from({ length: workers }, (_, index) => vmLine(cluster, `worker${index + 1}`, "worker"))].join("\n")}
registry: { url: "${values["registry.url"]}" }
director: { url: "${values["director.url"]}", admin: director-admin }
intervals: { poll: 50ms }
limits: { powerOnStagger: 0ms, powerOnPerHost: ${powerOnPerHost}, maxSnapshotDepth: 9 }
`,
    `${name}.yaml`,
  );

/** Notes every pause that was waited to its end; a deadline that was never reached is no wait. */
const notingClock = (spans: Span[]): Clock => ({
  now: () => systemClock.now(),
  monotonicMs: () => systemClock.monotonicMs(),
  sleep: async (ms, signal) => {
    const fromMs = performance.now();
    await systemClock.sleep(ms, signal);
    spans.push({ fromMs, toMs: performance.now() });
  },
});

const open = (place: Place, shape: Shape, spans: Span[]) => {
  const redactor = new Redactor();
  const onExchange = ({ durationMs }: { readonly durationMs: number }): void => {
    const toMs = performance.now();
    spans.push({ fromMs: toMs - durationMs, toMs });
  };
  const settings = readSettings({ KUBERA_VALUES: place.sim.up.values, KUBERA_STORE: place.scratch });
  const { secrets } = JSON.parse(readFileSync(place.sim.up.values, "utf8")) as {
    secrets: Record<string, { username: string; password: string }>;
  };
  const known = { ...settings, secrets: new Map(Object.entries(secrets)) };
  return openBed(bedOf(place, shape), known, { redactor, transcript: new Transcript({ redactor, onExchange }), clock: notingClock(spans) });
};

interface Measured {
  readonly ms: number;
  /** Part of the time in which neither a call nor a declared wait was under way. */
  readonly idle: number;
}

const restore = async (place: Place, shape: Shape): Promise<Measured> => {
  const spans: Span[] = [];
  const context = await open(place, shape, spans);
  try {
    const fromMs = performance.now();
    await restoreSet(context, { state: "bare" });
    const whole = { fromMs, toMs: performance.now() };
    const ms = whole.toMs - whole.fromMs;
    return { ms, idle: 1 - coveredMs(spans, whole) / ms };
  } finally {
    await context.close();
  }
};

const take = async (place: Place, shape: Shape): Promise<void> => {
  const context = await open(place, shape, []);
  try {
    await snapshotSet(context, { state: "bare", powerOn: false });
  } finally {
    await context.close();
  }
};

/** How many VMs of one host were powered on at a time, as vSphere has logged it. */
const mostPowerOns = async (place: Place, shape: Shape): Promise<number> => {
  const sinceMs = Date.now();
  await restore(place, shape);
  const tasks = place.sim.vsphereTasks().filter(({ method, startedAt = 0 }) => method === "PowerOnVM_Task" && startedAt >= sinceMs);
  if (tasks.length !== 1 + shape.workers) throw new Error(`vSphere has logged ${tasks.length} power-ons`);
  const hosts = [...new Set(tasks.map(({ esxHost }) => esxHost))];
  const spansOf = (host: string): Span[] =>
    tasks
      .filter(({ esxHost }) => esxHost === host)
      .map(({ startedAt = 0, completedAt = Infinity }) => ({ fromMs: startedAt, toMs: completedAt }));
  return Math.max(...hosts.map((host) => mostAtOnce(spansOf(host))));
};

const measure = async (place: Place, repeats: number) => {
  const ratios: number[] = [];
  const idle: number[] = [];
  const atOnce: number[] = [];
  for (let run = 0; run < repeats; run += 1) {
    const one = await restore(place, ONE);
    const six = await restore(place, SIX);
    ratios.push(six.ms / one.ms);
    idle.push(six.idle);
    atOnce.push(await mostPowerOns(place, LIMITED));
  }
  return { ratios, idle, atOnce };
};

/** A restore of six VMs beside one of a single VM, over a vSphere whose calls take 200 ms each, in interleaved pairs. */
export const benchRestore = async (repeats: number): Promise<BenchResult[]> => {
  const scratch = mkdtempSync(join(tmpdir(), "kubera-bench-"));
  const sim = await startSim({ speed: SPEED, shared: false, vsphereLatencyMs: LATENCY_MS });
  const place = { sim, scratch, values: JSON.parse(readFileSync(sim.up.values, "utf8")) as Record<string, string> };
  try {
    await take(place, ONE);
    await take(place, SIX);
    const { ratios, idle, atOnce } = await measure(place, repeats);
    const n = repeats;
    return [
      atMost(1.3, {
        id: "restore-six",
        value: median(ratios),
        unit: "ratio",
        baseline: "a set of one VM, 200 ms for each call of vSphere",
        n,
      }),
      atMost(0.05, {
        id: "restore-idle",
        value: median(idle),
        unit: "part",
        baseline: "wall time of six VMs, calls and declared waits taken off",
        n,
      }),
      atMost(1, {
        id: "restore-per-host",
        value: Math.max(...atOnce),
        unit: "VMs",
        baseline: "powerOnPerHost 1, most at once in vSphere's own log of all runs",
        n,
      }),
    ];
  } finally {
    await sim.close();
    rmSync(scratch, { recursive: true, force: true });
  }
};
