import type { Program, ProgramContext } from "../../../kubernetes/program.ts";
import { VOLUME_LABEL } from "../../cstor-kinds.ts";
import { textAt } from "../../json.ts";
import { JIVA_REPLICA } from "../../volume-state.ts";
import { replicatedVolume, VolumeAway } from "../../volume-access.ts";
import type { Wiring } from "../../wiring.ts";
import { service } from "../process.ts";

const START_MS = 1000;
/** From the start of a replica until it has what it missed, and between two tries. */
const REBUILD_MS = 3000;

/** Whether the replica is as those that run; not as long as the volume has too few of them. */
const isRebuilt = (wiring: Wiring, { cluster, pod, store }: ProgramContext): boolean => {
  try {
    const volume = replicatedVolume(wiring, { cluster, store, volume: pod.metadata.labels?.[VOLUME_LABEL] ?? "" });
    volume?.rebuild(textAt(pod.spec, "nodeName") ?? "");
    return volume !== undefined;
  } catch (error) {
    if (error instanceof VolumeAway) return false;
    throw error;
  }
};

const rebuild = async (wiring: Wiring, context: ProgramContext): Promise<void> => {
  do await context.time.delay(REBUILD_MS, context.signal);
  while (!context.signal.aborted && !isRebuilt(wiring, context));
};

const isReplica = ({ pod }: ProgramContext): boolean =>
  Object.entries(JIVA_REPLICA).every(([name, value]) => pod.metadata.labels?.[name] === value);

/** Controllers and replicas of Jiva, which are one image: a replica that starts gets what was written while it was away. */
export const jiva = (wiring: Wiring): Program =>
  service({ startMs: START_MS, run: (context) => (isReplica(context) ? rebuild(wiring, context) : undefined) });
