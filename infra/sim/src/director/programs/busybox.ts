import { randomUUID } from "node:crypto";
import { basename, dirname } from "node:path";
import type { Program, ProgramContext, ProgramEnd } from "../../kubernetes/program.ts";
import { defaultProgram } from "../../kubernetes/kubelet/default-program.ts";
import { at, listAt, textAt } from "../json.ts";
import { isReplica, jivaRevision, VolumeAway } from "../volume-access.ts";

const START_MS = 500;

/** The one script that this shell can run. */
const SCRIPT =
  /^touch \/data\/diary; cat \/data\/diary; cat \/proc\/sys\/kernel\/random\/uuid \| tee -a \/data\/diary; echo (\w+); exec sleep \d+$/;

/** What the container mounts at a path, as the pod's volumes say it. */
const volumeAt = ({ pod, container }: ProgramContext, path: string): unknown => {
  const spec = listAt(pod.spec, "containers").find((one) => textAt(one, "name") === container);
  const mount = listAt(spec, "volumeMounts").find((one) => textAt(one, "mountPath") === path);
  return listAt(pod.spec, "volumes").find((volume) => textAt(volume, "name") === textAt(mount, "name"));
};

const claimOf = (context: ProgramContext): string | undefined => textAt(volumeAt(context, "/data"), "persistentVolumeClaim", "claimName");

const linesIn = (data: unknown): readonly string[] => listAt(data).filter((line) => typeof line === "string");

const write = (context: ProgramContext): void => {
  const claim = claimOf(context);
  const before = claim === undefined ? [] : linesIn(context.readVolume(claim));
  const lines = [...before, randomUUID()];
  if (claim !== undefined) context.writeVolume(claim, lines);
  const [, end = ""] = SCRIPT.exec(context.args.at(-1) ?? "") ?? [];
  for (const line of [...lines, end]) context.log(line);
};

const refused = (context: ProgramContext): Promise<ProgramEnd> => {
  const message = `sh: cannot run ${JSON.stringify(context.args)}`;
  context.log(message);
  return Promise.resolve({ exitCode: 127, message });
};

/** A kubelet starts nothing before its volumes are mounted, and one that nothing serves yet it tries again. */
const written = async (context: ProgramContext): Promise<boolean> => {
  while (!context.signal.aborted) {
    await context.time.delay(START_MS, context.signal);
    try {
      if (!context.signal.aborted) write(context);
      return !context.signal.aborted;
    } catch (error) {
      if (!(error instanceof VolumeAway)) throw error;
    }
  }
  return false;
};

const HOSTPATH = "/var/openebs/local";

/** `ls` of the one folder that a node has. */
const listed = async (context: ProgramContext): Promise<ProgramEnd> => {
  const path = context.args.at(-1) ?? "";
  await context.time.delay(START_MS, context.signal);
  if (context.args.length !== 3 || context.args[1] !== "-1" || textAt(volumeAt(context, path), "hostPath", "path") !== HOSTPATH)
    return refused(context);
  for (const volume of [...context.machine.disk.volumes.keys()].filter((key) => !isReplica(key)).toSorted()) context.log(volume);
  return { exitCode: 0 };
};

/** Where a replica of Jiva lies, in a folder that is called as its volume. */
const JIVA_FOLDER = /^\/var\/openebs\/([^/]+)$/;
const COUNTER = "revision.counter";
const BLOCK_BYTES = 4096;

/** `cat` of the one file that is known beside the data of a replica. */
const shown = async (context: ProgramContext): Promise<ProgramEnd> => {
  const { args, machine, signal, store, time } = context;
  const path = args[1] ?? "";
  const [, volume] = JIVA_FOLDER.exec(textAt(volumeAt(context, dirname(path)), "hostPath", "path") ?? "") ?? [];
  await time.delay(START_MS, signal);
  if (args.length !== 2 || basename(path) !== COUNTER || volume === undefined) return refused(context);
  const revision = jivaRevision({ store, volume }, machine.disk.volumes);
  if (revision !== undefined) context.log(String(revision).padEnd(BLOCK_BYTES, "\0"));
  else context.log(`cat: can't open '${path}': No such file or directory`);
  return { exitCode: revision === undefined ? 1 : 0 };
};

/** What a privileged pod tells the systemd of its node. */
const KUBELET_SCRIPT =
  /^nsenter -t 1 -m -u -i -n -p -- sh -c systemctl stop kubelet; systemctl is-active kubelet; sleep (\d+); systemctl start kubelet; systemctl is-active kubelet$/;

const withoutKubelet = async (context: ProgramContext): Promise<ProgramEnd> => {
  const { args, container, machine, pod, signal, time } = context;
  const [, seconds] = KUBELET_SCRIPT.exec(args.join(" ")) ?? [];
  const own = listAt(pod.spec, "containers").find((one) => textAt(one, "name") === container);
  const mayEnter = at(pod.spec, "hostPID") === true && at(own, "securityContext", "privileged") === true;
  await time.delay(START_MS, signal);
  if (seconds === undefined) return refused(context);
  if (!mayEnter) return { exitCode: 1, message: "nsenter: setns(): can't reassociate to namespace: Operation not permitted" };
  machine.setKubelet("down");
  context.log("inactive");
  await time.delay(Number(seconds) * 1000, signal);
  machine.setKubelet("up");
  context.log("active");
  return { exitCode: 0 };
};

/**
 * busybox: sleeps and echoes as any image does, lists the folders of a node's hostpath volumes, shows what a replica of Jiva
 * counts, and stops a node's kubelet for a while. As
 * far as a diary needs a shell, it is one: it shows what its volume holds, adds a line that nobody can know before, and stays.
 */
export const busybox: Program = {
  start(context) {
    const [applet] = context.args;
    if (applet === "sleep" || applet === "echo") return defaultProgram(applet === "echo").start(context);
    if (applet === "nsenter") return { ready: () => true, ended: withoutKubelet(context) };
    if (applet === "cat") return { ready: () => true, ended: shown(context) };
    if (applet === "ls") return { ready: () => true, ended: listed(context) };
    if (!SCRIPT.test(context.args.at(-1) ?? "")) return { ready: () => false, ended: refused(context) };
    const state = { isReady: false };
    void written(context).then((isWritten) => (state.isReady = isWritten));
    return { ready: () => state.isReady && !context.signal.aborted };
  },
};
