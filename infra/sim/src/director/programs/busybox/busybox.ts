import { randomUUID } from "node:crypto";
import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import { defaultProgram } from "../../../kubernetes/kubelet/default-program.ts";
import { listAt, textAt } from "../../json.ts";
import { volumeLagMs, type VolumeWiring } from "../../network-fault.ts";
import { VolumeAway } from "../../volume-access.ts";
import { listed, shown } from "./files.ts";
import { claimAt } from "./mounts.ts";
import { onNode } from "./node-shell.ts";
import { pinged } from "./ping.ts";
import { refused } from "./refused.ts";

const START_MS = 500;

/** The one script that this shell can run. */
const SCRIPT =
  /^touch \/data\/diary; cat \/data\/diary; cat \/proc\/sys\/kernel\/random\/uuid \| tee -a \/data\/diary; echo (\w+); exec sleep \d+$/;

const claimOf = (context: ProgramContext): string | undefined => claimAt(context, "/data");

const linesIn = (data: unknown): readonly string[] => listAt(data).filter((line) => typeof line === "string");

const write = (context: ProgramContext): void => {
  const claim = claimOf(context);
  const before = claim === undefined ? [] : linesIn(context.readVolume(claim));
  const lines = [...before, randomUUID()];
  if (claim !== undefined) context.writeVolume(claim, lines);
  const [, end = ""] = SCRIPT.exec(context.args.at(-1) ?? "") ?? [];
  for (const line of [...lines, end]) context.log(line);
};

const lagOf = (wiring: VolumeWiring, context: ProgramContext): number => {
  const { cluster, pod, store } = context;
  const claim = store.get(store.resource("PersistentVolumeClaim"), pod.metadata.namespace, claimOf(context) ?? "");
  return volumeLagMs(wiring, { cluster, store, volume: textAt(claim?.spec, "volumeName") ?? "" });
};

/** A kubelet starts nothing before its volumes are mounted, and one that nothing serves yet it tries again. */
const written = async (wiring: VolumeWiring, context: ProgramContext): Promise<boolean> => {
  while (!context.signal.aborted) {
    await context.time.delay(START_MS + lagOf(wiring, context), context.signal);
    try {
      if (!context.signal.aborted) write(context);
      return !context.signal.aborted;
    } catch (error) {
      if (!(error instanceof VolumeAway)) throw error;
    }
  }
  return false;
};

/**
 * busybox: sleeps and echoes as any image does, lists the folders of a node's hostpath volumes, shows what a replica of Jiva
 * counts, pings pods, stops a node's kubelet for a while, and spoils the network of a volume's part. As far as a diary needs a shell, it
 * is one: it shows what its volume holds, adds a line that nobody can know before, and stays.
 */
export const busybox = (wiring: VolumeWiring): Program => {
  const tasks = { nsenter: onNode, ls: listed, cat: shown, ping: pinged(wiring) } as const;
  const taskOf = (applet = ""): (typeof tasks)[keyof typeof tasks] | undefined =>
    Object.entries(tasks).find(([name]) => name === applet)?.[1];
  return {
    start(context) {
      const [applet] = context.args;
      if (applet === "sleep" || applet === "echo") return defaultProgram(applet === "echo").start(context);
      const task = taskOf(applet);
      if (task !== undefined) return { ready: () => true, ended: task(context) };
      if (!SCRIPT.test(context.args.at(-1) ?? "")) return { ready: () => false, ended: refused(context) };
      const state = { isReady: false };
      void written(wiring, context).then((isWritten) => (state.isReady = isWritten));
      return { ready: () => state.isReady && !context.signal.aborted };
    },
  };
};
