import { readFileSync } from "node:fs";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { writeWhole } from "./allure-result.ts";

const TRACKER = "https://www.googletagmanager.com/";
const ANALYTICS = /<script async src="https:\/\/www\.googletagmanager\.com\/[^"]*"><\/script>\s*<script>[^<]*<\/script>/;

/** A report in many files fetches them, which browsers refuse to a page that was opened as a file. */
const SERVE_ME = `<script>if (location.protocol === "file:") document.body.prepend(Object.assign(document.createElement("p"), { style: "margin: 1rem; font: 16px sans-serif", textContent: "This report is too large for one file, and a browser shows it only from a web server: npx allure open " + decodeURI(location.pathname.replace(/[^/]*$/, "")) }));</script>`;

/**
 * Takes the generator's analytics, for which it has no switch, off the report's first page, and answers the page's path: a report tells
 * nobody that it is read, and opens without a network.
 *
 * Error: `INTERNAL` when the generator writes them in another way.
 */
export const finishPage = (page: string, { singleFile }: { readonly singleFile: boolean }): string => {
  const text = readFileSync(page, "utf8").replace(ANALYTICS, () => (singleFile ? "" : SERVE_ME));
  if (!text.includes(`src="${TRACKER}`)) {
    writeWhole(page, text);
    return page;
  }
  throw new KuberaError("INTERNAL", {
    what: "the Allure report would load a tracker",
    where: page,
    because: "the generator writes its analytics in a way that is not known here",
    fix: "Compare the version of allure in pnpm-workspace.yaml with the one this was written for, 3.18.",
  });
};
