import { randomUUID } from "node:crypto";
import type { Program, ProgramContext, ProgramEnd } from "../../kubernetes/program.ts";
import { defaultProgram } from "../../kubernetes/kubelet/default-program.ts";
import { listAt, textAt } from "../json.ts";

const START_MS = 500;

/** The one script that this shell can run. */
const SCRIPT = /^touch \/data\/diary; cat \/data\/diary; cat \/proc\/sys\/kernel\/random\/uuid \| tee -a \/data\/diary; exec sleep \d+$/;

const claimOf = ({ pod, container }: ProgramContext): string | undefined => {
  const mounts = listAt(
    listAt(pod.spec, "containers").find((one) => textAt(one, "name") === container),
    "volumeMounts",
  );
  const name = textAt(
    mounts.find((mount) => textAt(mount, "mountPath") === "/data"),
    "name",
  );
  return textAt(
    listAt(pod.spec, "volumes").find((volume) => textAt(volume, "name") === name),
    "persistentVolumeClaim",
    "claimName",
  );
};

const linesIn = (data: unknown): readonly string[] => listAt(data).filter((line) => typeof line === "string");

const write = (context: ProgramContext): void => {
  const claim = claimOf(context);
  const before = claim === undefined ? [] : linesIn(context.readVolume(claim));
  const lines = [...before, randomUUID()];
  if (claim !== undefined) context.writeVolume(claim, lines);
  for (const line of lines) context.log(line);
};

const refused = (context: ProgramContext): Promise<ProgramEnd> => {
  const message = `sh: cannot run ${JSON.stringify(context.args)}`;
  context.log(message);
  return Promise.resolve({ exitCode: 127, message });
};

/** busybox: sleeps and echoes as any image does, and as far as a diary needs it: shows what its volume holds, adds a line that nobody can know before, and stays. */
export const busybox: Program = {
  start(context) {
    const [applet] = context.args;
    if (applet === "sleep" || applet === "echo") return defaultProgram(applet === "echo").start(context);
    if (!SCRIPT.test(context.args.at(-1) ?? "")) return { ready: () => false, ended: refused(context) };
    const state = { isReady: false };
    void context.time.delay(START_MS, context.signal).then(() => {
      if (context.signal.aborted) return;
      write(context);
      state.isReady = true;
    });
    return { ready: () => state.isReady && !context.signal.aborted };
  },
};
