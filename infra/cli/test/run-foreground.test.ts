import { afterEach, expect, it, vi } from "vitest";
import { runForeground } from "../src/run-foreground.ts";

afterEach(() => vi.unstubAllEnvs());

const seen = async (name: string): Promise<number> =>
  runForeground([process.execPath, "-e", `process.exit(Number(process.env.${name}))`], {
    cwd: import.meta.dirname,
    environment: { OURS: "1" },
    defaults: { OURS: "2", THEIRS: "3", NOBODYS: "4" },
  });

it("adds to the environment what a caller sets, and what nobody has set", async () => {
  vi.stubEnv("THEIRS", "5");
  expect(await Promise.all(["OURS", "THEIRS", "NOBODYS"].map(seen))).toEqual([1, 5, 4]);
});
