import type { KubeObject } from "../../../kubernetes/kube-object.ts";
import type { Program, ProgramContext, ProgramEnd } from "../../../kubernetes/program.ts";
import { listKind, type KindName } from "../../defined-kinds.ts";
import type { Wiring } from "../../wiring.ts";
import { follow } from "../follow.ts";
import { repeat, service } from "../process.ts";
import { deleteBackup, reasonOf, takeBackup, type VeleroParts } from "./backup-work.ts";
import { checkLocation, locationsOf } from "./bucket-sync.ts";
import { BACKUP, define, DELETE_REQUEST, phaseOf, RESTORE, VELERO_KINDS } from "./kinds.ts";
import { FILLED, makeRestore } from "./restore-work.ts";
import { runSchedules } from "./velero-schedules.ts";

const START_MS = 3000;
const SYNC_MS = 60_000;
const WAIT_LOOK_MS = 1000;

type Work = (parts: VeleroParts, object: KubeObject) => Promise<void>;

const WORKS: readonly { readonly kind: KindName; readonly work: Work }[] = [
  { kind: BACKUP, work: takeBackup },
  { kind: RESTORE, work: makeRestore },
  { kind: DELETE_REQUEST, work: deleteBackup },
];

/** Takes up each new object once; what fails unforeseen is logged. */
class Desk {
  readonly #parts: VeleroParts;
  readonly #taken = new Set<string>();

  constructor(parts: VeleroParts) {
    this.#parts = parts;
  }

  look(): void {
    const { context } = this.#parts;
    for (const { kind, work } of WORKS)
      for (const object of listKind(context.store, kind, context.pod.metadata.namespace))
        if (phaseOf(object) === "") this.#take(object, work);
    runSchedules(context);
  }

  #take(object: KubeObject, work: Work): void {
    const { uid, name } = object.metadata;
    if (this.#taken.has(uid)) return;
    this.#taken.add(uid);
    work(this.#parts, object).catch((error: unknown) => this.#parts.context.log(`${object.kind} ${name}: ${reasonOf(error)}`));
  }
}

const syncAll = async (context: ProgramContext): Promise<void> => {
  for (const location of locationsOf(context)) await checkLocation(context, location);
};

const serve = async (context: ProgramContext, wiring: Wiring): Promise<void> => {
  define(context.store, VELERO_KINDS);
  const desk = new Desk({ context, wiring });
  const kinds = VELERO_KINDS.map(({ kind }) => kind);
  await Promise.all([follow(context, kinds, () => desk.look()), repeat(context, SYNC_MS, () => syncAll(context))]);
};

/** Ends once the volumes of its pod are filled. */
const waitForVolumes = async ({ store, pod, time, signal }: ProgramContext): Promise<ProgramEnd> => {
  const isFilled = (): boolean =>
    store.get(store.resource("Pod"), pod.metadata.namespace, pod.metadata.name)?.metadata.annotations?.[FILLED] !== undefined;
  while (!signal.aborted && !isFilled()) await time.delay(WAIT_LOOK_MS, signal);
  return { exitCode: signal.aborted ? 143 : 0 };
};

/** Backs up into buckets and restores from them; as `restic-wait` it holds back a restored pod until its volumes are filled. */
export const velero = (wiring: Wiring): Program => {
  const server = service({ startMs: START_MS, run: (context) => serve(context, wiring) });
  return {
    start: (context) => (context.args[0] === "restic-wait" ? { ready: () => true, ended: waitForVolumes(context) } : server.start(context)),
  };
};
