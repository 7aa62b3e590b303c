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
    ],
  },
});
