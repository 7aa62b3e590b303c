import { loadTestBed, openBed, type BedContext, type ProgressEvent } from "@kubera-e2e/lifecycle";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { BedDesk } from "./bed-desk.ts";
import { BedSession } from "./bed-session.ts";
import { FailedState } from "./failed-state.ts";
import type { HeldUntil } from "./held-lease.ts";
import { openLeases, type OpenLeases } from "./open-leases.ts";
import { RunDoor } from "./run-door.ts";

export interface RunServerOptions {
  /** Name of the bed; default KUBERA_BED, then sim. */
  readonly bed?: string;
  readonly settings: Settings;
  /** Whether the run has another bed of the same clusters; default not. */
  readonly isCopy?: boolean;
  /** `_artifacts/<run>`: restore.json and evidence/ are written there. */
  readonly artifacts: string;
  /** Id of the run. */
  readonly run: string;
  readonly redactor?: Redactor;
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly clock?: Clock;
  /** Opens the clients of the bed; default `openBed` of lifecycle. */
  readonly openContext?: (bed: TestBed, onProgress: (event: ProgressEvent) => void) => Promise<BedContext>;
}

/** What workers need in KUBERA_RUN_URL and KUBERA_RUN_TOKEN. */
export interface RunServer {
  readonly url: string;
  readonly token: string;
  /** What the run and its workers have learned and no artifact may hold. */
  secrets(): string[];
  /** Ends what is under way, gives the bed back. Safe to call twice. */
  close(): Promise<void>;
}

type DeskLeases = Pick<OpenLeases, "leases" | "timing"> & {
  readonly redactor: Redactor;
  readonly ended: AbortSignal;
  readonly onHeld: (end: HeldUntil) => void;
  readonly onLost: (error: unknown) => void;
};

const WAIT_PHASE = { verb: "restore", phase: "lease", state: "note" } as const;

/** The bed is read here, so that a fault of its file ends the run before any test; it is held and restored from the first join on. */
const deskOf = (bed: TestBed, { leases, timing, ended, redactor, onHeld, onLost }: DeskLeases, options: RunServerOptions): BedDesk => {
  const { settings, artifacts, run, isCopy = false, clock = systemClock, onProgress = () => {} } = options;
  const onWait = (because: string): void => onProgress({ at: new Date(clock.now()).toISOString(), ...WAIT_PHASE, because });
  const open = options.openContext ?? ((opened, tell) => openBed(opened, settings, { redactor, artifacts, clock, onProgress: tell }));
  const desk: BedDesk = new BedDesk({
    bed: bed.name,
    reset: settings.KUBERA_RESET,
    clock,
    failedState: new FailedState({ keep: settings.KUBERA_KEEP, run }),
    openSession: () =>
      BedSession.open({
        bed,
        run,
        artifacts,
        isCopy,
        leases,
        timing,
        wait: { waitMs: settings.KUBERA_LEASE_WAIT, onWait, signal: ended },
        cleans: settings.KUBERA_CLEAN === "release" && settings.KUBERA_RESET !== "never",
        redactor,
        clock,
        onProgress,
        onHeld,
        onLost: (error) => {
          desk.fail(error);
          onLost(error);
        },
        openContext: (tell) => open(bed, tell),
      }),
  });
  return desk;
};

/**
 * The run process's own server: it owns the bed's lease, its states and its restores; workers join slots of it. With KUBERA_LEASE_WAIT the
 * bed is waited for here, before any test's own time runs.
 *
 * Errors: those of `loadTestBed` and of opening the store of leases; `LEASE_HELD` after a wait. Later ones reach the test that asked.
 */
export const startRunServer = async (options: RunServerOptions): Promise<RunServer> => {
  const bed = loadTestBed(options.bed, options.settings);
  const ended = new AbortController();
  const { settings, clock, redactor = new Redactor() } = options;
  const leases = await openLeases(bed, { settings, redactor, clock });
  const onHeld = (end: HeldUntil): void => door.tellHeld(end);
  const onLost = (error: unknown): void => door.tellLost(error);
  const desk = deskOf(bed, { ...leases, redactor, ended: ended.signal, onHeld, onLost }, options);
  const door: RunDoor = new RunDoor(desk);
  const url = await door.listen();
  let closing: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    ended.abort(new Error("the run has ended"));
    try {
      await desk.close();
    } finally {
      await Promise.all([door.close(), leases.close()]);
    }
  };
  const close = (): Promise<void> => (closing ??= end());
  if (settings.KUBERA_LEASE_WAIT > 0) {
    await desk.open().catch(async (error: unknown) => {
      await close();
      throw error;
    });
  }
  return { url, token: door.token, secrets: () => [...redactor.known(), ...door.secrets()], close };
};
