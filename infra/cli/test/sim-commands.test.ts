import { readSettings } from "@kubera-e2e/schema/settings";
import { expect, test } from "vitest";
import { simCommands } from "../src/sim-commands.ts";

const GB = 1024 ** 3;
const LAPTOP = { cores: 4, memoryBytes: 16 * GB };
const ALL = ["--project=api"];

interface Case {
  readonly what: string;
  readonly flags: readonly string[];
  readonly computer?: { readonly cores: number; readonly memoryBytes: number };
  readonly given?: Readonly<Record<string, string>>;
  readonly count: number;
}

const CASES: readonly Case[] = [
  { what: "the whole suite has two where there is room", flags: ALL, count: 2 },
  { what: "so has a shard of it", flags: ["--project", "api", "--shard=1/3"], count: 2 },
  { what: "one processor has room for one", flags: ALL, computer: { ...LAPTOP, cores: 1 }, count: 1 },
  { what: "so has little memory", flags: ALL, computer: { ...LAPTOP, memoryBytes: 3.9 * GB }, count: 1 },
  { what: "and the least", flags: ALL, computer: { cores: 1, memoryBytes: GB }, count: 1 },
  { what: "chosen tests have one", flags: [...ALL, "-g", "@p0"], count: 1 },
  { what: "so has an area", flags: [...ALL, "tests/auth"], count: 1 },
  { what: "so have kills", flags: ["--project=chaos"], count: 1 },
  { what: "each worker that is asked for has its own", flags: [...ALL, "--workers=3"], count: 3 },
  { what: "workers may share one", flags: [...ALL, "--workers", "2"], given: { KUBERA_SIMS: "1" }, count: 1 },
  { what: "a bed of another name is one", flags: ALL, given: { KUBERA_BED: "mine" }, count: 1 },
];

test.each(CASES)("$what", ({ flags, computer = LAPTOP, given = {}, count }) => {
  const settings = readSettings(given);
  const run = { bed: settings.KUBERA_BED ?? "sim", settings, argv: ["node", "cli.js", "test", ...flags], computer };
  const commands = simCommands("/repository", run, [7]);
  expect(commands).toHaveLength(count);
  expect(commands[0]).toMatch(/ sim up --private --watch-pid 7$/);
});
