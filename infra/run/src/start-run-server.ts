import { loadTestBed, openBed, type BedContext, type ProgressEvent } from "@kubera-e2e/lifecycle";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import type { LeasePort } from "@kubera-e2e/schema/lease";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { BedDesk } from "./bed-desk.ts";
import { BedSession } from "./bed-session.ts";
import { FileLeaseStore } from "./file-lease-store.ts";
import { RunDoor } from "./run-door.ts";
import { storeFolder } from "./store-folder.ts";

export interface RunServerOptions {
  /** Name of the bed; default KUBERA_BED, then sim. */
  readonly bed?: string;
  readonly settings: Settings;
  /** `_artifacts/<run>`: restore.json and evidence/ are written there. */
  readonly artifacts: string;
  /** Id of the run. */
  readonly run: string;
  readonly redactor?: Redactor;
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly leases?: LeasePort;
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

/** The bed is read here, so that a fault of its file ends the run before any test; it is held and restored from the first join on. */
const deskOf = (bed: TestBed, redactor: Redactor, options: RunServerOptions): BedDesk => {
  const { settings, artifacts, run, clock = systemClock, onProgress = () => {} } = options;
  const leases = options.leases ?? new FileLeaseStore(storeFolder(settings), clock);
  const open = options.openContext ?? ((opened, tell) => openBed(opened, settings, { redactor, artifacts, clock, onProgress: tell }));
  const desk: BedDesk = new BedDesk({
    bed: bed.name,
    reset: settings.KUBERA_RESET,
    clock,
    openSession: () =>
      BedSession.open({
        bed,
        run,
        artifacts,
        leases,
        redactor,
        clock,
        onProgress,
        onLost: (error) => desk.fail(error),
        openContext: (tell) => open(bed, tell),
      }),
  });
  return desk;
};

/**
 * The run process's own server: it owns the bed's lease, its states and its restores; workers join slots of it.
 *
 * Errors: those of `loadTestBed`. Later ones reach the test that asked.
 */
export const startRunServer = async (options: RunServerOptions): Promise<RunServer> => {
  const bed = loadTestBed(options.bed, options.settings);
  const redactor = options.redactor ?? new Redactor();
  const desk = deskOf(bed, redactor, options);
  const door = new RunDoor(desk);
  const url = await door.listen();
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    try {
      await desk.close();
    } finally {
      await door.close();
    }
  };
  return { url, token: door.token, secrets: () => [...redactor.known(), ...door.secrets()], close: () => (closing ??= close()) };
};
