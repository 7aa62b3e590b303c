import { spawn } from "node:child_process";
import { once } from "node:events";
import { probes, waitForKube, type KubeClient } from "@kubera-e2e/kube";
import type { ClusterWriter } from "./cluster-writer.ts";
import { podOf, podStatus, PODS_PATH, statusPath } from "./pods.ts";

/** What is needed to measure how long after a change of state a waiter knows it. */
export interface Scene {
  readonly kubeconfig: string;
  readonly client: KubeClient;
  readonly writer: ClusterWriter;
}

const NAMESPACE = "default";
const DEADLINE_MS = 60_000;
const POLL_MS = 5000;

const newPod = async ({ writer }: Scene, name: string): Promise<void> => {
  await writer.send("POST", PODS_PATH, podOf(name));
  await writer.send("PATCH", statusPath(name), podStatus(false));
};

/** Milliseconds from the change until `seen` resolves; the waiter watches already. */
const measured = async ({ writer }: Scene, name: string, seen: Promise<unknown>): Promise<number> => {
  const startMs = performance.now();
  const told = seen.then(() => performance.now() - startMs);
  await writer.send("PATCH", statusPath(name), podStatus(true));
  return told;
};

/** A change of another pod that the same watch tells: from then on it stands. */
const watchStands = async ({ client, writer }: Scene, canary: string): Promise<void> => {
  const seen = client.observe({ apiVersion: "v1", kind: "Pod" }, { namespace: NAMESPACE });
  try {
    await new Promise<void>((resolve, reject) => {
      const look = (): void => {
        const message = (seen.objects?.get(`${NAMESPACE}/${canary}`) as { status?: { message?: string } } | undefined)?.status?.message;
        if (message === "sing") resolve();
      };
      seen.subscribe(look);
      newPod({ client, writer, kubeconfig: "" }, canary)
        .then(() => writer.send("PATCH", statusPath(canary), podStatus(false, "sing")))
        .catch(reject);
    });
  } finally {
    seen.close();
  }
};

export const ourWait = async (scene: Scene, name: string): Promise<number> => {
  await newPod(scene, name);
  const seen = waitForKube({ client: scene.client, deadlineMs: DEADLINE_MS, ...probes.podReady({ namespace: NAMESPACE, name }) });
  await watchStands(scene, `${name}-canary`);
  return measured(scene, name, seen);
};

export const kubectlWait = async (scene: Scene, name: string): Promise<number> => {
  await newPod(scene, name);
  const argv = ["wait", `pod/${name}`, "--for=condition=Ready", `--timeout=${DEADLINE_MS}ms`, "-v=6", `--kubeconfig=${scene.kubeconfig}`];
  const child = spawn("kubectl", argv, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`kubectl ended with ${code}: ${said}`)));
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      if (/watch=true.*200 OK|watch=true[^]*status="200 OK"/.test(said)) resolve();
    });
  });
  return measured(scene, name, once(child.stdout, "data"));
};

/** Asks every five seconds, as the predecessor did every thirty. */
export const polledWait = async (scene: Scene, name: string, phaseMs: number): Promise<number> => {
  await newPod(scene, name);
  const isReady = async (): Promise<boolean> => (await scene.writer.send("GET", `${PODS_PATH}/${name}`)).includes('"phase":"Running"');
  const polls = async (): Promise<void> => {
    while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  };
  const seen = polls();
  await new Promise((resolve) => setTimeout(resolve, phaseMs));
  return measured(scene, name, seen);
};

/** How many watches of pods the API server holds open, by its own count. */
export const openWatches = async ({ writer }: Scene): Promise<number> => {
  const metrics = await writer.send("GET", "/metrics");
  const lines = metrics.split("\n").filter((line) => /^apiserver_longrunning_requests\{.*resource="pods".*verb="WATCH"/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
};
