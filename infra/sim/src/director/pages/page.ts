import { createHash } from "node:crypto";

export interface Page {
  readonly title: string;
  readonly main: string;
  readonly script?: string;
}

/** Text as it may stand in HTML. */
export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");

const STYLE = `
:root { color-scheme: light dark; --ink: #17223b; --dim: #55617a; --paper: #f4f6fb; --card: #fff; --line: #c9d1e3; --accent: #1f4fd8; --bad: #a3142b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf7; --dim: #a7b1c8; --paper: #10172a; --card: #1a2340; --line: #3a466a; --accent: #8fb0ff; --bad: #ff9aa8; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
.simulated { margin: 0; padding: .4rem 1rem; text-align: center; background: #ffd54d; color: #2b2100; font-weight: 600; }
main { max-width: 46rem; margin: 2.5rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .75rem; padding: 1.5rem; }
.narrow { max-width: 24rem; margin: 0 auto; }
label { display: block; font-weight: 600; margin-top: 1rem; }
input { width: 100%; font: inherit; padding: .55rem .7rem; border: 1px solid var(--dim); border-radius: .4rem; background: transparent; color: inherit; }
button { margin-top: 1.5rem; width: 100%; font: inherit; font-weight: 600; padding: .6rem; border: 0; border-radius: .4rem; background: var(--accent); color: var(--card); cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.error { color: var(--bad); min-height: 1.5rem; margin: 1rem 0 0; }
header.bar { display: flex; justify-content: space-between; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
table { width: 100%; border-collapse: collapse; }
caption { text-align: left; font-weight: 600; padding-bottom: .5rem; }
th, td { text-align: left; padding: .5rem .5rem .5rem 0; border-top: 1px solid var(--line); }
a { color: var(--accent); }
.dim { color: var(--dim); }
`;

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** A whole document, and the policy under which nothing but its own style and script runs. */
export const page = ({ title, main, script }: Page): { readonly body: string; readonly policy: string } => ({
  policy: [
    "default-src 'none'",
    `style-src ${hashOf(STYLE)}`,
    `script-src ${script === undefined ? "'none'" : hashOf(script)}`,
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Kubera Director (simulated)</title>
<style>${STYLE}</style>
</head>
<body>
<p class="simulated" role="note">SIMULATED: this Director is part of a simulated data centre</p>
<main>
${main}
</main>
${script === undefined ? "" : `<script>${script}</script>`}
</body>
</html>
`,
});
