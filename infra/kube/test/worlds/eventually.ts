import { notYet, reached, waitUntil } from "@kubera-e2e/schema/wait-until";

/** Waits until something holds; a value of its own is answered. What `because` says stands in the error. */
export const eventually = <T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  because: () => string = () => "it does not hold",
): Promise<T> =>
  waitUntil({
    what,
    deadlineMs: 60_000,
    intervalMs: 50,
    probe: async () => {
      const seen = await look();
      return seen === undefined || seen === false ? notYet(because()) : reached(seen);
    },
  });
