import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { lineAt } from "./code-text.ts";
import type { Violation } from "./house.ts";

const FENCE = /^ *(```+)[\s\S]*?^ *\1 *$/gm;
const INLINE_CODE = /`[^`\n]*`/g;
const LINK = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)|^\[[^\]\n]+\]: (\S+)$/gm;

const blank = (piece: string): string => piece.replaceAll(/[^\n]/g, " ");

/** The same page with its fenced code blanked out, line for line. */
export const withoutFences = (text: string): string => text.replaceAll(FENCE, blank);

interface Link {
  readonly target: string;
  readonly line: number;
}

const linksOf = (text: string): Link[] =>
  [...withoutFences(text).replaceAll(INLINE_CODE, blank).matchAll(LINK)]
    .map(({ 1: direct, 2: defined, index }) => ({ target: direct ?? defined ?? "", line: lineAt(text, index) }))
    .filter(({ target }) => !/^[a-z]+:/.test(target));

/** As GitHub makes anchors of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");

const anchorsOf = (page: string): string[] =>
  [...withoutFences(readFileSync(page, "utf8")).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

const isBroken = (root: string, page: string, target: string): boolean => {
  const [path = "", anchor] = target.split("#");
  const file = join(root, path === "" ? page : posix.join(posix.dirname(page), decodeURI(path)));
  if (!existsSync(file)) return true;
  return anchor !== undefined && statSync(file).isFile() && file.endsWith(".md") && !anchorsOf(file).includes(anchor);
};

/** Relative links and images of a Markdown file that lead to no file, or to no heading of one. */
export const brokenLinks = (root: string, page: string): Violation[] =>
  linksOf(readFileSync(join(root, page), "utf8"))
    .filter(({ target }) => isBroken(root, page, target))
    .map(({ target, line }) => ({
      file: page,
      line,
      message: `${target} leads nowhere. Correct the link, or write what it is to lead to.`,
    }));
