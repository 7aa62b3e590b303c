import { link, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemClock, type Clock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { leaseRecordSchema, type LeasePort, type LeaseRecord, type LeaseRequest } from "@kubera-e2e/schema/lease";
import { writeWhole } from "@kubera-e2e/lifecycle/write-whole";

/** Records older than this many holders are nobody's evidence any more. */
const KEPT_RECORDS = 10;

const isCode = (error: unknown, code: string): boolean => error instanceof Error && "code" in error && error.code === code;

/**
 * Leases in a folder that all its users share: one immutable name per token, `leases/<bed>/<token>.json`, the highest being the truth.
 * Whoever creates the next token holds the bed; creation is exclusive, so there is no lock that could be left behind.
 */
export class FileLeaseStore implements LeasePort {
  readonly #folder: string;
  readonly #clock: Clock;

  /** `folder` is a KUBERA_STORE. */
  constructor(folder: string, clock: Clock = systemClock) {
    this.#folder = join(folder, "leases");
    this.#clock = clock;
  }

  async acquire({ bed, holder, ttlMs, reason }: LeaseRequest): Promise<LeaseRecord> {
    const before = await this.read(bed);
    if (before !== undefined && this.#isHeld(before)) throw held(before);
    const now = this.#clock.now();
    const record: LeaseRecord = {
      schema: "kubera-e2e/lease@1",
      bed,
      state: "busy",
      holder,
      token: (before?.token ?? 0) + 1,
      since: iso(now),
      until: iso(now + ttlMs),
      ...(reason !== undefined && { reason }),
    };
    if (!(await this.#create(record))) throw held((await this.read(bed)) ?? record);
    await this.#forgetBefore(bed, record.token - KEPT_RECORDS);
    return record;
  }

  async renew(lease: LeaseRecord, ttlMs: number): Promise<LeaseRecord> {
    return this.#rewrite(lease, { ...lease, until: iso(this.#clock.now() + ttlMs) });
  }

  async release(lease: LeaseRecord, state: "free" | "dirty" | "broken", reason?: string): Promise<void> {
    const { reason: _before, ...record } = lease;
    await this.#rewrite(lease, { ...record, state, until: iso(this.#clock.now()), ...(reason !== undefined && { reason }) });
  }

  async read(bed: string): Promise<LeaseRecord | undefined> {
    const [newest] = await this.#tokens(bed);
    if (newest === undefined) return undefined;
    const file = this.#fileOf(bed, newest);
    try {
      return leaseRecordSchema.parse(JSON.parse(await readFile(file, "utf8")));
    } catch (cause) {
      throw new KuberaError("RESPONSE_INVALID", {
        what: `the lease of the bed ${bed} cannot be read`,
        where: file,
        because: "it is not what this store writes, so nobody can tell who holds the bed",
        fix: "Make sure nobody uses the bed, then delete the file.",
        cause,
      });
    }
  }

  #isHeld(record: LeaseRecord): boolean {
    if (record.state === "held" || record.state === "frozen") return true;
    const inUse = record.state === "busy" || record.state === "cleaning";
    return inUse && Date.parse(record.until) > this.#clock.now();
  }

  /** Whether this record is the first with its token. */
  async #create(record: LeaseRecord): Promise<boolean> {
    const file = this.#fileOf(record.bed, record.token);
    const draft = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}.draft`;
    await writeWhole(draft, `${JSON.stringify(record)}\n`).catch((error: unknown) => {
      throw unwritable(this.#folder, error);
    });
    try {
      await link(draft, file);
      return true;
    } catch (error) {
      if (isCode(error, "EEXIST")) return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #rewrite(lease: LeaseRecord, record: LeaseRecord): Promise<LeaseRecord> {
    await this.#refuseOld(lease);
    await writeWhole(this.#fileOf(lease.bed, lease.token), `${JSON.stringify(record)}\n`);
    // Somebody may have taken an overdue lease just now; the higher token is the truth.
    const newest = await this.read(lease.bed);
    if (newest?.token !== lease.token) throw lost(lease, newest);
    return record;
  }

  async #refuseOld(lease: LeaseRecord): Promise<void> {
    const newest = await this.read(lease.bed);
    if (newest?.token !== lease.token || newest.state !== "busy") throw lost(lease, newest);
  }

  /** Tokens of a bed, newest first. */
  async #tokens(bed: string): Promise<number[]> {
    // Who only looks leaves nothing behind.
    const entries = await readdir(join(this.#folder, bed)).catch((error: unknown) => {
      if (isCode(error, "ENOENT") || isCode(error, "ENOTDIR")) return [];
      throw error;
    });
    const tokens = entries.flatMap((entry) => (/^\d+\.json$/.test(entry) ? [Number.parseInt(entry, 10)] : []));
    return tokens.toSorted((a, b) => b - a);
  }

  async #forgetBefore(bed: string, token: number): Promise<void> {
    const old = (await this.#tokens(bed)).filter((candidate) => candidate < token);
    await Promise.all(old.map((candidate) => rm(this.#fileOf(bed, candidate), { force: true })));
  }

  #fileOf(bed: string, token: number): string {
    return join(this.#folder, bed, `${token}.json`);
  }
}

const iso = (ms: number): string => new Date(ms).toISOString();

const unwritable = (folder: string, cause: unknown): KuberaError =>
  new KuberaError("SETTING_INVALID", {
    what: "the folder for leases cannot be written, so no bed can be held",
    where: folder,
    because: cause instanceof Error ? cause.message : String(cause),
    fix: "Set KUBERA_STORE to a folder that you may write and that all users of the bed share; the default is in the home folder.",
    cause,
  });

const held = (lease: LeaseRecord): KuberaError =>
  new KuberaError("LEASE_HELD", {
    what: `the bed ${lease.bed} is held by ${lease.holder}`,
    where: `bed ${lease.bed}, lease ${lease.token}`,
    because: `since ${lease.since}, until ${lease.until} unless renewed${lease.reason === undefined ? "" : `: ${lease.reason}`}`,
    fix: "Wait, use another bed (e2e bed list), or ask its holder; a holder that died is taken for dead after that time.",
  });

const lost = (lease: LeaseRecord, newest: LeaseRecord | undefined): KuberaError =>
  new KuberaError("LEASE_HELD", {
    what: `the bed ${lease.bed} is no longer held by ${lease.holder}`,
    where: `bed ${lease.bed}, lease ${lease.token}`,
    because:
      newest === undefined
        ? "its lease is gone"
        : `${newest.holder} holds lease ${newest.token} since ${newest.since}, until ${newest.until}, state ${newest.state}`,
    fix: "The run stopped renewing for longer than its lease, and another took the bed: results from then on do not count. Run again.",
  });
