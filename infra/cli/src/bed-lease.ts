import { loadTestBed, type BedContext } from "@kubera-e2e/lifecycle";
import { fileMarks } from "@kubera-e2e/lifecycle/bed-marks";
import { storeFolder } from "@kubera-e2e/lifecycle/store-folder";
import { holderName, leaseWords, openLeases, takeBeds, withLease, type LeasedBed, type WaitOptions } from "@kubera-e2e/run/leases";
import { systemClock } from "@kubera-e2e/schema/clock";
import { parseDuration } from "@kubera-e2e/schema/duration";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { isTaken, type LeasePort, type LeaseRecord } from "@kubera-e2e/schema/lease";
import { Redactor } from "@kubera-e2e/schema/redactor";
import type { Settings } from "@kubera-e2e/schema/settings";
import type { TestBed } from "@kubera-e2e/schema/test-bed";
import { settingsFor, type OpenedBed } from "./bed-session.ts";
import { confirm } from "./confirm.ts";
import { parseUntil } from "./hold-until.ts";
import { interruptibly } from "./interruption.ts";

export interface LeaseFlags {
  readonly json?: boolean;
  readonly wait?: string;
}

const waitMsOf = ({ wait }: LeaseFlags, settings: Settings): number => {
  if (wait === undefined) return settings.KUBERA_LEASE_WAIT;
  const ms = parseDuration(wait);
  if (ms !== undefined) return ms;
  throw new KuberaError("USAGE", {
    what: `--wait ${wait} is no duration`,
    where: "--wait",
    because: "it says how long a bed that somebody else holds is waited for",
    fix: "Write 90s, 30m or 1h30m.",
  });
};

const tellWait = (text: string): void => void process.stderr.write(`${text}\n`);

const waitOf = (flags: LeaseFlags, settings: Settings, signal: AbortSignal): WaitOptions => ({
  waitMs: waitMsOf(flags, settings),
  onWait: tellWait,
  signal,
});

/** Holds the bed while the work lasts, which puts behind the fence what it opens anew; it ends when a signal comes or the bed may be somebody else's. */
export const holding = <T>(
  { context, settings }: OpenedBed,
  { verb, flags }: { readonly verb: string; readonly flags: LeaseFlags },
  work: (context: BedContext, signal: AbortSignal, under: Omit<LeasedBed, "context" | "signal">) => Promise<T>,
): Promise<T> => {
  const bed = context.bed.name;
  return interruptibly(`${verb} of the bed ${bed}`, (interrupted) =>
    withLease({ context, reason: verb, settings, wait: waitOf(flags, settings, interrupted) }, (leased) =>
      work(leased.context, AbortSignal.any([interrupted, leased.signal]), leased),
    ),
  );
};

interface Opened {
  readonly bed: TestBed;
  readonly settings: Settings;
  readonly leases: LeasePort;
}

/** The lease of a bed alone: nothing else of it needs to be there. */
const withLeases = async <T>(name: string, work: (opened: Opened) => Promise<T>): Promise<T> => {
  const settings = settingsFor(name);
  const bed = loadTestBed(name, settings);
  const { leases, close } = await openLeases(bed, { settings, redactor: new Redactor() });
  try {
    return await work({ bed, settings, leases });
  } finally {
    await close();
  }
};

/** The lease of a bed from the store that its file names; undefined when nobody ever held it. */
export const readLease = async (bed: TestBed, settings: Settings): Promise<LeaseRecord | undefined> => {
  const { leases, close } = await openLeases(bed, { settings, redactor: new Redactor() });
  try {
    return await leases.read(bed.name);
  } finally {
    await close();
  }
};

const print = (flags: LeaseFlags, value: unknown, line: string): void => {
  console.log(flags.json === true ? JSON.stringify(value, undefined, 2) : line);
};

/** Whoever holds a bed by hand changes it by hand. */
const markHeld = async ({ bed, settings }: Opened, because: string): Promise<void> => {
  const marks = fileMarks(storeFolder(settings));
  const mark = await marks.read(bed.name);
  if (mark?.state === "clean") await marks.write({ ...mark, state: "dirty", because, at: new Date(systemClock.now()).toISOString() });
};

export interface HoldFlags extends LeaseFlags {
  readonly until: string;
  readonly reason: string;
}

/** Keeps a bed for a person until a time; no process needs to live meanwhile. */
export const holdBed = (name: string, flags: HoldFlags): Promise<void> =>
  withLeases(name, async (opened) => {
    const { bed, settings, leases } = opened;
    parseUntil(flags.until, systemClock.now());
    const attempt = (): Promise<LeaseRecord> => {
      const now = systemClock.now();
      const ttlMs = parseUntil(flags.until, now) - now;
      return leases.acquire({ bed: bed.name, holder: holderName(), ttlMs, reason: flags.reason, state: "held" });
    };
    const record = await interruptibly(`waiting for the bed ${name}`, (signal) =>
      takeBeds([{ leases, bed: bed.name }], attempt, waitOf(flags, settings, signal)),
    );
    await markHeld(opened, `held by ${record.holder}: ${flags.reason}`);
    print(flags, record, `${name} is ${leaseWords(record, systemClock.now())}\nGive it back earlier: pnpm e2e bed release ${name}`);
  });

const inUse = (record: LeaseRecord): KuberaError =>
  new KuberaError("LEASE_HELD", {
    what: `the bed ${record.bed} is in use, and taking it away would let two write to it`,
    where: `bed ${record.bed}, lease ${record.token}`,
    because: leaseWords(record, systemClock.now()),
    fix: "End that run: it gives the bed back. If its process is gone, the bed is free after the time above, and needs no release.",
  });

/** Frees a bed that a person holds, or whose holder died. Errors: `LEASE_HELD` when its holder lives; `USAGE` when not confirmed. */
export const releaseBed = (name: string, flags: LeaseFlags & { readonly yes?: boolean }): Promise<void> =>
  withLeases(name, async ({ bed, leases }) => {
    const record = await leases.read(bed.name);
    const words = leaseWords(record, systemClock.now());
    if (record === undefined || ["free", "dirty", "broken"].includes(record.state)) {
      print(flags, record ?? null, `${name} is ${words}; there is nothing to give back`);
      return;
    }
    const isAlive = (record.state === "busy" || record.state === "cleaning") && isTaken(record, systemClock.now());
    if (isAlive) throw inUse(record);
    const plan = [`${name} is ${words}`, "it is given back as dirty: the next run restores it before any test"];
    await confirm({ plan: () => plan, question: `Give ${name} back?` }, flags);
    const reason = `${record.state} by ${record.holder}, given back by ${holderName()}`;
    const { mixed } = record;
    await leases.release(record, { state: mixed === undefined ? "dirty" : "broken", reason, mixed });
    const after = await leases.read(bed.name);
    print(flags, after ?? null, `${name} is ${leaseWords(after, systemClock.now())}`);
  });
