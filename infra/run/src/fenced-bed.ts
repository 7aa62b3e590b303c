import type { BedContext } from "@kubera-e2e/lifecycle";

/** What only looks; everything else counts as a write, also what is added later. */
const LOOKS: ReadonlySet<PropertyKey> = new Set([
  "inspect",
  "about",
  "limitations",
  "get",
  "read",
  "list",
  "logs",
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

/** A bed whose machines, clusters and Director can be written to for as long as its lease lasts; `check` throws when it does not. */
export const fencedBed = (context: BedContext, check: () => void): BedContext => ({
  ...context,
  machines: fenced(context.machines, check),
  marks: fenced(context.marks, check),
  kube: async (cluster) => fenced(await context.kube(cluster), check),
  director: async () => {
    check();
    return context.director();
  },
  visitDirector: async () => {
    check();
    return context.visitDirector();
  },
});
