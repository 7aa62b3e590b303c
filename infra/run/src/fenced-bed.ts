import type { BedContext } from "@kubera-e2e/lifecycle";
import { isWhole, mixedBy, type BedMarks } from "@kubera-e2e/lifecycle/bed-marks";
import type { HeldLease } from "./held-lease.ts";

/** What only looks; everything else counts as a write, also what is added later. */
const LOOKS: ReadonlySet<PropertyKey> = new Set([
  "inspect",
  "about",
  "limitations",
  "get",
  "read",
  "list",
  "logs",
  "followLogs",
  "follow",
  "raw",
  "watch",
  "observe",
  "close",
  Symbol.asyncDispose,
]);

/** The same client, whose writes are refused from the moment at which `check` throws. */
export const fenced = <T extends object>(client: T, check: () => void): T =>
  new Proxy(client, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const bound = value.bind(target) as (...args: readonly unknown[]) => unknown;
      if (LOOKS.has(name)) return bound;
      return async (...args: readonly unknown[]) => {
        check();
        return bound(...args);
      };
    },
  });

/** The lease of a bed, as far as what is written to the bed goes by it. */
export type BedHold = Pick<HeldLease, "throwIfOver" | "mixed" | "tellMixed">;

/** Marks are files of this computer; what they say of the VMs, the lease tells everybody: the worse before it is done, the better afterwards. */
const toldMarks = (marks: BedMarks, hold: BedHold): BedMarks => ({
  read: (bed) => marks.read(bed),
  write: async (mark, signal) => {
    hold.throwIfOver();
    const mixed = mixedBy(mark);
    const before = hold.mixed;
    if (mixed !== undefined) await hold.tellMixed(mixed, signal);
    // The store may have taken longer than the lease lasts.
    hold.throwIfOver();
    try {
      await marks.write(mark);
    } catch (error) {
      // Nothing is begun that its mark does not say.
      if (mixed !== undefined) await hold.tellMixed(before).catch(() => {});
      throw error;
    }
    if (isWhole(mark)) await hold.tellMixed(undefined);
  },
});

/** A bed whose machines, clusters and Director can be written to for as long as its lease lasts. */
export const fencedBed = (context: BedContext, hold: BedHold): BedContext => {
  const check = (): void => hold.throwIfOver();
  return {
    ...context,
    machines: fenced(context.machines, check),
    marks: toldMarks(context.marks, hold),
    mixed: () => hold.mixed,
    kube: async (cluster) => fenced(await context.kube(cluster), check),
    director: async () => {
      check();
      return context.director();
    },
    visitDirector: async () => {
      check();
      return context.visitDirector();
    },
  };
};
