import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Tests wait more than they compute; by default one core would be left alone. */
const maxWorkers = Math.max(2, availableParallelism() - 1);
const shared = { pool: "forks" as const, isolate: true, testTimeout: 20_000, hookTimeout: 30_000, maxWorkers };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          include: ["{infra,reporters}/*/test/**/*.test.ts", "fixtures/test/**/*.test.ts", "tools/**/*.test.ts"],
        },
      },
      {
        test: {
          ...shared,
          name: "contract",
          include: ["{infra,reporters}/*/test/**/*.contract.ts"],
          testTimeout: 60_000,
          hookTimeout: 240_000,
        },
      },
      // Real programs of others on loopback, and a real cluster of this computer's own: built by `pnpm peers build`.
      ...["process", "nodes"].map((name) => ({
        test: {
          ...shared,
          name,
          include: [`{infra,reporters,tools}/*/test/**/*.${name}.ts`],
          testTimeout: 90_000,
          hookTimeout: 900_000,
          // There is one cluster of nodes, and tests hurt it.
          maxWorkers: name === "nodes" ? 1 : maxWorkers,
        },
      })),
    ],
  },
});
