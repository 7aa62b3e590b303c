import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const LEFT_OUT = new Set(["node_modules", "_artifacts", ".git"]);

const pagesBelow = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : pagesBelow(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });

const withoutCode = (text: string): string => text.replaceAll(/^(```+)[\s\S]*?^\1$/gm, "").replaceAll(/`[^`\n]*`/g, "");

const targetsOf = (text: string): string[] =>
  [...withoutCode(text).matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));

/** As GitHub makes anchors of headings. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(/\s/g, "-");

const anchorsOf = (page: string): string[] =>
  [
    ...readFileSync(page, "utf8")
      .replaceAll(/^(```+)[\s\S]*?^\1$/gm, "")
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, heading = ""]) => anchorOf(heading));

const isBroken = (page: string, target: string): boolean => {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? page : join(dirname(page), decodeURI(path));
  if (!existsSync(file)) return true;
  return anchor !== undefined && statSync(file).isFile() && file.endsWith(".md") && !anchorsOf(file).includes(anchor);
};

/** Relative links and images of all Markdown files below a folder that lead nowhere, as `file → target`. */
export const brokenLinks = (root: string): string[] =>
  pagesBelow(root).flatMap((page) =>
    targetsOf(readFileSync(page, "utf8"))
      .filter((target) => isBroken(page, target))
      .map((target) => `${relative(root, page)} → ${target}`),
  );
