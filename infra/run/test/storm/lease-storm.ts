import type { LeaseRecord, LeaseTiming } from "@kubera-e2e/schema/lease";
import { HeldLease } from "../../src/held-lease.ts";
import type { LeaseRegister, Registered } from "../../src/lease-register.ts";
import { RegisterLeases } from "../../src/register-leases.ts";
import { ProcessClock, StormClock } from "./storm-clock.ts";

export interface StormOptions {
  readonly seed: number;
  readonly operations: number;
  readonly register: () => LeaseRegister;
  /** What holders believe of ttl, skew and calls; the storm itself keeps to `WORLD`. */
  readonly believed?: LeaseTiming;
  /** Told of every write to a bed at the moment at which it takes effect. */
  readonly onBedWrite?: ((write: BedWrite) => void) | undefined;
  /** Whether enough was seen before all operations are done. */
  readonly isEnough?: () => boolean;
  /** Whether holders look before they write. */
  readonly looks?: boolean;
}

/** What the world is like: short, so that much happens. */
export const WORLD: LeaseTiming = { ttlMs: 12_000, skewMs: 3000, callMs: 3000 };

const CLIENTS = 20;
const BEDS = ["a", "b", "c", "d", "e", "f"] as const;
const OUTAGE_MS = 60_000;
/** Two outages of a minute, early enough for any storm that is worth its name. */
const OUTAGES_AT_MS = [40_000, 200_000] as const;
const STORE_TIMEOUT_MS = 4000;

/** A write to a bed, at the moment at which it took effect. */
export interface BedWrite {
  readonly atMs: number;
  readonly bed: string;
  readonly token: number;
  readonly client: string;
}

/** A change of holder, at the moment at which the store committed it. */
export interface Takeover {
  readonly atMs: number;
  readonly bed: string;
  readonly token: number;
  readonly holder: string;
}

export interface StormLog {
  readonly writes: readonly BedWrite[];
  readonly takeovers: readonly Takeover[];
  /** How often each operation was done. */
  readonly done: Readonly<Record<string, number>>;
  readonly trueMs: number;
}

type Random = () => number;

/** Mulberry32. */
const randomOf = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

class Storm {
  readonly clock = new StormClock();
  readonly writes: BedWrite[] = [];
  readonly takeovers: Takeover[] = [];
  readonly done: Record<string, number> = {};
  readonly options: StormOptions;
  readonly random: Random;
  operations = 0;

  constructor(options: StormOptions) {
    this.options = options;
    this.random = randomOf(options.seed);
  }

  count(operation: string): void {
    this.operations += 1;
    this.done[operation] = (this.done[operation] ?? 0) + 1;
  }

  between(low: number, high: number): number {
    return low + this.random() * (high - low);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  get isStoreOut(): boolean {
    return OUTAGES_AT_MS.some((atMs) => this.clock.nowMs >= atMs && this.clock.nowMs < atMs + OUTAGE_MS);
  }

  get isOver(): boolean {
    return this.operations >= this.options.operations || this.options.isEnough?.() === true;
  }
}

/** A register behind a network: slow, cut off at times, and its answers may be lost after it has committed. */
class RemoteRegister implements LeaseRegister {
  readonly #storm: Storm;
  readonly #inner: LeaseRegister;
  readonly #process: ProcessClock;
  /** Nothing gets through before this moment. */
  cutOffUntilMs = 0;

  constructor(storm: Storm, process: ProcessClock) {
    this.#storm = storm;
    this.#inner = storm.options.register();
    this.#process = process;
  }

  read(bed: string): Promise<Registered> {
    return this.#call(() => this.#inner.read(bed));
  }

  write(record: LeaseRecord, version: string | undefined): Promise<boolean> {
    return this.#call(async () => {
      const isWritten = await this.#inner.write(record, version);
      if (isWritten) this.#note(record);
      return isWritten;
    });
  }

  #note({ bed, token, holder }: LeaseRecord): void {
    const { clock, takeovers } = this.#storm;
    const newest = takeovers.findLast((other) => other.bed === bed);
    if (newest?.token !== token || newest.holder !== holder) takeovers.push({ atMs: clock.nowMs, bed, token, holder });
  }

  async #call<T>(work: () => Promise<T>): Promise<T> {
    const { clock } = this.#storm;
    await clock.sleep(this.#storm.between(1, 400));
    if (this.#isCutOff()) return this.#fail();
    const answer = await clock.standStill(work());
    await clock.sleep(this.#storm.between(1, 400));
    if (this.#isCutOff() || this.#storm.chance(0.02)) return this.#fail();
    await this.#process.wakeUp();
    return answer;
  }

  #isCutOff(): boolean {
    return this.#storm.isStoreOut || this.#storm.clock.nowMs < this.cutOffUntilMs;
  }

  async #fail(): Promise<never> {
    await this.#storm.clock.sleep(STORE_TIMEOUT_MS);
    await this.#process.wakeUp();
    throw new Error("the store did not answer");
  }
}

/** One computer: its processes hold beds, write to them, stand still, are cut off, and die. */
class Client {
  readonly #storm: Storm;
  readonly #name: string;
  readonly #offMs: number;
  #process: ProcessClock;
  #remote: RemoteRegister;
  #lease: HeldLease | undefined;
  #sent = new Set<Promise<void>>();
  #life = 0;

  constructor(storm: Storm, index: number) {
    this.#storm = storm;
    this.#name = `client ${index}`;
    // Two in three are as far off as the skew allows, to either side.
    this.#offMs = (index % 3 === 2 ? storm.between(-0.5, 0.5) : (index % 3) - 0.5) * WORLD.skewMs;
    this.#process = new ProcessClock(storm.clock, this.#offMs);
    this.#remote = new RemoteRegister(storm, this.#process);
  }

  /** A process of this computer, until it dies and the next is started. */
  async live(): Promise<void> {
    const life = this.#life;
    while (!this.#storm.isOver && this.#life === life) {
      await this.#process.sleep(this.#lease === undefined ? this.#storm.between(300, 3000) : this.#storm.between(10, 400));
      if (this.#lease === undefined) await this.#acquire();
      else await this.#use(this.#lease);
    }
  }

  async #acquire(): Promise<void> {
    this.#storm.count("acquire");
    const bed = BEDS[Math.floor(this.#storm.random() * BEDS.length)] ?? BEDS[0];
    const leases = new RegisterLeases(this.#remote, this.#process);
    const timing = this.#storm.options.believed ?? WORLD;
    const options = { leases, bed, reason: "storm", timing, clock: this.#process, holder: this.#holder };
    this.#lease = await HeldLease.hold(options).catch(() => undefined);
  }

  /** One process of this computer. */
  get #holder(): string {
    return `${this.#name}.${this.#life}`;
  }

  async #use(lease: HeldLease): Promise<void> {
    const dice = this.#storm.random();
    if (dice < 0.86) return this.#write(lease);
    if (dice < 0.89) return this.#renew(lease);
    if (dice < 0.92) return this.#release(lease);
    if (dice < 0.94) return this.#crash();
    this.#storm.count(dice < 0.97 ? "pause" : "cut off");
    const forMs = this.#storm.between(0.3, 2) * WORLD.ttlMs;
    if (dice < 0.97) this.#process.pauseFor(forMs);
    else this.#remote.cutOffUntilMs = this.#storm.clock.nowMs + forMs;
  }

  async #write(lease: HeldLease): Promise<void> {
    this.#storm.count("write");
    try {
      if (this.#storm.options.looks !== false) lease.throwIfOver();
    } catch {
      await this.#release(lease);
      return;
    }
    const sent = this.#send(lease.record);
    this.#sent.add(sent);
    void sent.then(() => this.#sent.delete(sent));
  }

  /** On its way it is nobody's any more: it takes effect even if its process dies. */
  async #send({ bed, token }: LeaseRecord): Promise<void> {
    const { clock } = this.#storm;
    const client = this.#holder;
    await clock.sleep(this.#storm.between(0, WORLD.callMs));
    const write = { atMs: clock.nowMs, bed, token, client };
    this.#storm.writes.push(write);
    this.#storm.options.onBedWrite?.(write);
  }

  async #renew(lease: HeldLease): Promise<void> {
    this.#storm.count("renew");
    await lease.change({ state: "busy", reason: "still here" }).catch(() => {});
  }

  async #release(lease: HeldLease): Promise<void> {
    this.#storm.count("release");
    this.#lease = undefined;
    // Whoever gives a bed back has nothing on its way to it any more.
    await Promise.all(this.#sent);
    await this.#process.wakeUp();
    await lease.release({ state: "free" }).catch(() => {});
  }

  #crash(): void {
    this.#storm.count("crash");
    this.#process.isDead = true;
    this.#life += 1;
    this.#lease = undefined;
    this.#sent = new Set();
    this.#process = new ProcessClock(this.#storm.clock, this.#offMs);
    this.#remote = new RemoteRegister(this.#storm, this.#process);
    void this.live();
  }
}

/** Lets 20 clients fight for six beds; answers what reached the beds and when. */
export const runStorm = async (options: StormOptions): Promise<StormLog> => {
  const storm = new Storm(options);
  const clients = Array.from({ length: CLIENTS }, (_, index) => new Client(storm, index));
  for (const client of clients) void client.live();
  await storm.clock.run(() => storm.isOver);
  const { writes, takeovers, done } = storm;
  return { writes, takeovers, done, trueMs: storm.clock.nowMs };
};

/** Writes to a bed by somebody who was not its newest holder at that moment: each is a second writer. */
export const secondWriters = ({ writes, takeovers }: Pick<StormLog, "writes" | "takeovers">): BedWrite[] =>
  writes.filter(({ atMs, bed, token, client }) => {
    const newest = takeovers.findLast((takeover) => takeover.bed === bed && takeover.atMs <= atMs);
    return newest?.token !== token || newest.holder !== client;
  });
