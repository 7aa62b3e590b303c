import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { chosen, HELP, readOrder, sampled, type Order } from "./src/arguments.ts";
import { CATALOGUE_FILE, parseCatalogue, type Fault, type Mutant } from "./src/catalogue.ts";
import { catalogueFaults } from "./src/hold.ts";
import { planCases } from "./src/plan-cases.ts";
import { dropResults } from "./src/results.ts";
import { scoreOf, scoreTable, type Scored } from "./src/score.ts";

const ROOT = dirname(dirname(import.meta.dirname));
const FILE = join(ROOT, CATALOGUE_FILE);

const readSource = (file: string): string | undefined =>
  existsSync(join(ROOT, file)) ? readFileSync(join(ROOT, file), "utf8") : undefined;

const told = ({ file, line, message }: Fault): string => `${file}:${line}: ${message}`;

/** All mutants; throws with every fault of them at once. */
const readMutants = (): readonly Mutant[] => {
  const catalogue = parseCatalogue(readFileSync(FILE, "utf8"));
  const faults = catalogueFaults(catalogue, { read: readSource, cases: planCases(ROOT) });
  if (faults.length > 0) throw new Error(faults.map(told).join("\n"));
  return catalogue.listed.map(({ mutant }) => mutant);
};

const generate = async ({ flags }: Order): Promise<number> => {
  const { contractRules } = await import("./src/contract-rules.ts");
  const { dropped, renew } = await import("./src/renew.ts");
  const { text, added, vanished } = renew(readFileSync(FILE, "utf8"), contractRules(ROOT));
  if (vanished.length > 0 && flags.drop !== true) {
    console.error(
      `no rule any more behind:\n${vanished.map((id) => `  ${id}`).join("\n")}\nGive their ids to a new mutant, or take them away with --drop.`,
    );
    return 1;
  }
  writeFileSync(FILE, dropped(text, vanished));
  if (vanished.length > 0) dropResults(ROOT, vanished);
  console.log(`${added.length} added, ${vanished.length} dropped\n${added.map((id) => `  ${id}`).join("\n")}`);
  return 0;
};

const list = ({ ids, flags }: Order): number => {
  for (const { id, rule, red, also = [], survives } of chosen(readMutants(), { ids, flags })) {
    const named = red.join(", ") || "no case named yet";
    const too = also.length > 0 ? `\n  and too: ${also.join(", ")}` : "";
    console.log(`${id}\n  ${rule}\n  ${survives === undefined ? `${named}${too}` : `survives: ${survives}`}`);
  }
  return 0;
};

const tellScore = (scored: readonly Scored[], json: boolean): number => {
  const score = scoreOf(scored);
  console.log(json ? JSON.stringify(score, undefined, 2) : `\n${scoreTable(scored)}`);
  return score.survivors.length + score.errored.length === 0 ? 0 : 1;
};

const reach = async ({ ids: specs }: Order): Promise<number> => {
  const { recordReach } = await import("./src/woven/session.ts");
  const { tests, met } = await recordReach(readMutants(), { root: ROOT, specs, tell: (line) => console.log(line) });
  console.log(`${tests.length} tests passed without a mutant; they meet ${Object.keys(met).length} of ${readMutants().length} mutants`);
  return 0;
};

const find = async ({ ids, flags }: Order): Promise<number> => {
  const { findCases } = await import("./src/woven/session.ts");
  const mutants = chosen(readMutants(), { ids, flags: { ...flags, unnamed: true } });
  await findCases(mutants, { root: ROOT, most: Number(flags.limit ?? 6), tell: (line) => console.log(line) });
  return 0;
};

/** Names what a run has shown red beside the named cases. */
const name = async ({ ids, flags }: Order): Promise<number> => {
  const { Session } = await import("./src/session.ts");
  const { redBeside } = await import("./src/beside.ts");
  const { withAlso } = await import("./src/renew.ts");
  const session = await Session.open({ root: ROOT, every: false, others: false, tell: () => {} });
  const found = chosen(readMutants(), { ids, flags }).flatMap((mutant): [string, readonly string[]][] => {
    const red = redBeside(mutant, session.known(mutant)) ?? [];
    return red.length === 0 ? [] : [[mutant.id, [...(mutant.also ?? []), ...red]]];
  });
  writeFileSync(FILE, withAlso(readFileSync(FILE, "utf8"), new Map(found)));
  for (const [id, plans] of found) console.log(`${id}: ${plans.join(", ")}`);
  console.log(`${found.length} name more than before. Look at each: what needs its rule, and what is merely shaky?`);
  return 0;
};

const drawn = (mutants: readonly Mutant[], { flags }: Order): readonly Mutant[] => {
  if (flags.sample === undefined) return mutants;
  const seed = flags.seed ?? String(Date.now());
  console.error(`--sample ${flags.sample} --seed ${seed}`);
  return sampled(
    mutants.filter(({ red }) => red.length > 0),
    { size: Number(flags.sample), seed },
  );
};

const run = async (order: Order, isOnlyRead: boolean): Promise<number> => {
  const { flags } = order;
  const { runOrder } = await import("./src/run-order.ts");
  const tell = flags.json === true ? () => {} : (line: string) => console.log(line);
  const mutants = drawn(chosen(readMutants(), order), order);
  return tellScore(await runOrder(mutants, { root: ROOT, flags, isOnlyRead, tell }), flags.json === true);
};

const main = (order: Order): Promise<number> | number => {
  if (order.flags.help === true) {
    console.log(HELP);
    return 0;
  }
  if (order.verb === "generate") return generate(order);
  if (order.verb === "reach") return reach(order);
  if (order.verb === "find") return find(order);
  if (order.verb === "name") return name(order);
  if (order.verb === "list") return list(order);
  if (order.verb === "run") return run(order, false);
  if (order.verb === "score") return run(order, true);
  throw new Error(`"${order.verb}" is none of generate, reach, find, run, name, list, score. See pnpm mutants --help`);
};

try {
  process.exitCode = await main(readOrder(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}
