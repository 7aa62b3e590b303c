import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";

/** Waits until something holds; a value of its own is answered. */
export const eventually = <T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> =>
  waitUntil({
    what,
    deadlineMs: 60_000,
    intervalMs: 50,
    probe: async () => {
      const seen = await look();
      return seen === undefined || seen === false ? notYet("it does not hold") : reached(seen);
    },
  });
