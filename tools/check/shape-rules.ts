import { posix } from "node:path";
import { codeOnly, exportedNames, lineAt } from "./code-text.ts";
import { ARCHITECTURE_FILE, type House, isTest, type SourceFile, type Violation } from "./house.ts";

const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const GRAB_BAG = /^(utils?|helpers?|misc|common)(\.|$)/;

const lineCount = (text: string): number => text.split("\n").length - (text.endsWith("\n") ? 1 : 0);

const fileName = ({ path }: SourceFile): Violation[] => {
  const name = posix.basename(path);
  if (!KEBAB.test(name)) return [{ file: path, message: `${name} is not in kebab-case. Rename the file.` }];
  return GRAB_BAG.test(name)
    ? [{ file: path, message: `${name} says nothing about what it holds. Name the file after its one subject.` }]
    : [];
};

const fileSize = (house: House, { path, text }: SourceFile): Violation[] => {
  const { fileLines } = house.architecture.limits;
  const lines = lineCount(text);
  if (lines <= fileLines) return [];
  const way = `Split it by subject; the limit is "fileLines" in ${ARCHITECTURE_FILE}, and may be changed there on purpose.`;
  return [{ file: path, message: `${lines} lines, ${fileLines} are allowed. ${way}` }];
};

const isProduction = ({ path }: SourceFile): boolean => path.split("/").includes("src");

const medianOf = (numbers: readonly number[]): number => {
  const ordered = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(ordered.length / 2);
  const [low = 0, high = 0] = ordered.length % 2 === 1 ? [ordered[middle], ordered[middle]] : [ordered[middle - 1], ordered[middle]];
  return (low + high) / 2;
};

const medianSize = (house: House): Violation[] => {
  const { medianLines } = house.architecture.limits;
  const sizes = house.sources.filter(isProduction).map(({ text }) => lineCount(text));
  const median = medianOf(sizes);
  if (median <= medianLines) return [];
  const message = `the median file under src has ${median} lines, ${medianLines} are allowed. Split the largest ones; the limit is "medianLines" here, and may be changed on purpose.`;
  return [{ file: ARCHITECTURE_FILE, message }];
};

const isEntry = ({ path, package: own }: SourceFile): boolean =>
  Object.values(own.exports).some((target) => {
    const file = posix.join(own.folder, target);
    const [before = "", after] = file.split("*");
    return after === undefined ? file === path : path.startsWith(before) && path.endsWith(after);
  });

const entryNames = (house: House, source: SourceFile): Violation[] => {
  if (!isEntry(source)) return [];
  const { entryNames: limit } = house.architecture.limits;
  const names = exportedNames(source.text);
  if (names === undefined) return [{ file: source.path, message: "export * hides what this entry offers. Name what it exports." }];
  if (names.length <= limit) return [];
  const message = `${names.length} exported names, ${limit} are allowed. Offer less, or a second entry in package.json; the limit is "entryNames" in ${ARCHITECTURE_FILE}, and may be changed there on purpose.`;
  return [{ file: source.path, message }];
};

/** Tests of packages hand their environment on to what they start; specs get theirs from fixtures. */
const mayReadEnvironment = (house: House, source: SourceFile): boolean =>
  (isTest(source) && source.room !== "tests") ||
  house.architecture.mayReadProcessEnv.some((allowed) =>
    allowed.endsWith("/") ? source.path.startsWith(allowed) : source.path === allowed,
  );

const environment = (house: House, source: SourceFile): Violation[] => {
  const text = codeOnly(source.text);
  const at = text.search(/\bprocess\s*\.\s*env\b/);
  if (at < 0 || mayReadEnvironment(house, source)) return [];
  const way = `Read the setting from infra/schema/src/settings.ts; "mayReadProcessEnv" in ${ARCHITECTURE_FILE} lists the exceptions, and may be changed on purpose.`;
  return [{ file: source.path, line: lineAt(text, at), message: `process.env is read here. ${way}` }];
};

/** File names, file sizes, names per entry, and who reads the environment. */
export const checkShape = (house: House): Violation[] => [
  ...house.sources.flatMap((source) => [
    ...fileName(source),
    ...fileSize(house, source),
    ...entryNames(house, source),
    ...environment(house, source),
  ]),
  ...medianSize(house),
];
