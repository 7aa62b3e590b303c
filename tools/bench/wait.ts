import { openKube, probes, waitForKube } from "@kubera-e2e/kube";
import { startApiServer, type ApiServer } from "@kubera-e2e/peers";
import type { BenchResult } from "@kubera-e2e/schema/bench-result";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { atMost, median } from "./measure.ts";
import { ClusterWriter } from "./wait/cluster-writer.ts";
import { kubectlWait, openWatches, ourWait, polledWait, type Scene } from "./wait/detection.ts";
import { watchManyPods } from "./wait/many-pods.ts";

/** The phase at which a change meets a poll of five seconds is even over all of it. */
const POLL_PHASES_MS = [500, 1500, 2500, 3500, 4500];
const WAITS_AT_ONCE = 50;
const WATCHING_ROUNDS = 3;

const detection = async (scene: Scene, repeats: number): Promise<BenchResult[]> => {
  const [ours, kubectl, polled]: number[][] = [[], [], []];
  // The first of each opens connections and fills caches.
  await ourWait(scene, "warm-ours");
  await kubectlWait(scene, "warm-kubectl");
  for (let run = 0; run < repeats; run += 1) {
    ours?.push(await ourWait(scene, `ours-${run}`));
    kubectl?.push(await kubectlWait(scene, `kubectl-${run}`));
  }
  for (const [index, phaseMs] of POLL_PHASES_MS.entries()) polled?.push(await polledWait(scene, `polled-${index}`, phaseMs));
  const oursMs = median(ours ?? []);
  const kubectlMs = median(kubectl ?? []);
  return [
    atMost(1, {
      id: "wait-detection",
      value: oursMs / kubectlMs,
      unit: "ratio",
      baseline: `kubectl wait on the same API server, interleaved, ${kubectlMs.toFixed(1)} ms after the change; ours ${oursMs.toFixed(1)} ms`,
      n: repeats,
    }),
    atMost(1 / 20, {
      id: "wait-polling",
      value: oursMs / median(polled ?? []),
      unit: "ratio",
      baseline: `asking every 5 s, ${median(polled ?? []).toFixed(0)} ms after the change`,
      n: POLL_PHASES_MS.length,
    }),
  ];
};

const watches = async (scene: Scene): Promise<BenchResult> => {
  const stop = new AbortController();
  const before = await openWatches(scene);
  const waits = Array.from({ length: WAITS_AT_ONCE }, (_, index) =>
    waitForKube({
      client: scene.client,
      deadlineMs: 60_000,
      signal: stop.signal,
      ...probes.podReady({ namespace: "default", name: `nobody-${index}` }),
    }).catch(() => {}),
  );
  // One more that comes true proves that all of them look.
  await ourWait(scene, "among-many");
  const during = await openWatches(scene);
  stop.abort();
  await Promise.all(waits);
  return atMost(1, {
    id: "wait-watches",
    value: during - before,
    unit: "watches",
    baseline: `${WAITS_AT_ONCE} waits for pods of one namespace, counted by the API server`,
    n: 1,
  });
};

const cost = async (server: ApiServer, writer: ClusterWriter): Promise<BenchResult[]> => {
  const { ours, bare } = await watchManyPods(server.admin, writer, WATCHING_ROUNDS);
  const what = "5,000 pods, 100 changes a second for a minute, after 15 s of the same";
  const core = median(ours.map((one) => one.core));
  const bareCore = median(bare.map((one) => one.core));
  const n = WATCHING_ROUNDS;
  return [
    atMost(60, {
      id: "wait-heap",
      value: median(ours.map((one) => one.overIdleMib)),
      unit: "MiB",
      baseline: `the same process before it watches; ${what}`,
      n,
    }),
    atMost(0.05, {
      id: "wait-core",
      value: core,
      unit: "core",
      baseline: `a process that watches nothing; ${what}; a TLS connection that only counts the lines of this watch costs ${bareCore.toFixed(3)}`,
      n,
    }),
  ];
};

/** How soon a wait knows, and what it costs to watch, on a real kube-apiserver with its etcd. */
export const benchWait = async (repeats: number): Promise<BenchResult[]> => {
  const server = await startApiServer();
  const client = openKube({ cluster: "bench", kubeconfigPath: server.admin, redactor: new Redactor() });
  const writer = new ClusterWriter(server.admin);
  try {
    const scene = { kubeconfig: server.admin, client, writer };
    return [...(await detection(scene, repeats)), await watches(scene), ...(await cost(server, writer))];
  } finally {
    client.close();
    writer.close();
    await server.stop();
  }
};
