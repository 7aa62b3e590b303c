import { defineConfig } from "vitest/config";

const shared = { pool: "forks" as const, isolate: true, testTimeout: 20_000, hookTimeout: 30_000 };

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
          include: [`{infra,reporters}/*/test/**/*.${name}.ts`],
          testTimeout: 90_000,
          hookTimeout: 900_000,
          // There is one cluster of nodes, and tests hurt it.
          fileParallelism: name !== "nodes",
        },
      })),
    ],
  },
});
