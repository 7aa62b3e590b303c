import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { checkDocs } from "../doc-rules.ts";
import { readHouse } from "../house.ts";
import { formatViolation } from "../lanes.ts";

const made: string[] = [];

afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Files = Readonly<Record<string, string>>;

const entry = (id: string, more = ""): string =>
  `- id: ${id}\n  title: ${id}\n  day: 0\n  priority: P1\n  area: login\n  kind: api\n${more}`;

const SOUND: Files = {
  "tools/architecture.json": JSON.stringify({ rooms: {}, limits: {} }),
  "tests/login/plan.yaml": entry("TCID-A", "  automated: true\n  expect: [a token]\n") + entry("TCID-B"),
  "infra/sim/assumptions.yaml": "assumptions:\n  - id: A-TOKEN\n",
  "docs/reference/login/TCID-A.md": "# What a `case` claims\n",
  "README.md":
    "[there](docs/a.md), [heading](docs/reference/login/TCID-A.md#what-a-case-claims), [folder](docs), [web](https://example.com/x)\n",
  "docs/a.md": [
    "[TCID-A] claims it, [`TCID-A`](reference/login/TCID-A.md): that too; `TCID-B` is planned, and `A-TOKEN` assumed.",
    "```\n[fence](c.md) TCID-FENCED\n```",
    "  ```yaml\n  id: TCID-IN-A-LIST\n  ```",
    "    $ e2e new TCID-MISSING",
    "`[code](c.md)`",
    "[TCID-A]: reference/login/TCID-A.md",
  ].join("\n\n"),
};

const told = (changes: Files = {}): string[] => {
  const root = mkdtempSync(join(tmpdir(), "docs-"));
  made.push(root);
  for (const [path, text] of Object.entries({ ...SOUND, ...changes })) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return checkDocs(readHouse(root)).map(formatViolation);
};

test("finds nothing in sound pages, and leaves code, the web and other folders alone", () => {
  expect(told({ "node_modules/other.md": "[x](missing.md)" })).toEqual([]);
});

const LOST = "leads nowhere. Correct the link, or write what it is to lead to.";

test.each([
  { title: "a link to a missing file", page: "\n[b](b.md)", says: `2: b.md ${LOST}` },
  { title: "a missing image", page: "![image](a.png)", says: `1: a.png ${LOST}` },
  { title: "a link to a missing heading", page: "[a](a.md#elsewhere)", says: `1: a.md#elsewhere ${LOST}` },
  { title: "a definition that leads nowhere", page: "[b]\n\n[b]: b.md", says: `3: b.md ${LOST}` },
  {
    title: "a case that does not exist",
    page: "`TCID-C`",
    says: "1: no plan.yaml lists TCID-C. Correct the id, or add the case to the plan of its area.",
  },
  {
    title: "an assumption that does not exist",
    page: "`A-KEY`",
    says: "1: infra/sim/assumptions.yaml holds no A-KEY. Correct the id, or add it there.",
  },
  {
    title: "a case in brackets that no line defines",
    page: "see [TCID-A]",
    says: '1: [TCID-A] is no link: the page has no line "[TCID-A]: …".',
  },
  {
    title: "a case that leads to another page",
    page: "[TCID-A](a.md)",
    says: "1: [TCID-A] leads to a.md. Let it lead to the page of that case.",
  },
  {
    title: "an automated case that is called planned",
    page: "\n\n`TCID-A` is planned",
    says: "3: TCID-A is automated. Link its page: [TCID-A], and below [TCID-A]: reference/login/TCID-A.md",
  },
])("tells of $title", ({ page, says }) => {
  expect(told({ "docs/b-page.md": page })).toEqual([`docs/b-page.md:${says}`]);
});

test("names a page that is gone, and its case wherever the text names it", () => {
  expect(told({ "docs/b-page.md": "[TCID-C]\n\n[TCID-C]: reference/login/TCID-C.md" })).toEqual([
    `docs/b-page.md:3: reference/login/TCID-C.md ${LOST}`,
    "docs/b-page.md:1: no plan.yaml lists TCID-C. Correct the id, or add the case to the plan of its area.",
    "docs/b-page.md:3: no plan.yaml lists TCID-C. Correct the id, or add the case to the plan of its area.",
  ]);
});

test("looks for lost links in reference pages too", () => {
  const page = "# What a `case` claims\n\n[plan](../plan.yaml)";
  expect(told({ "docs/reference/login/TCID-A.md": page })).toEqual([`docs/reference/login/TCID-A.md:3: ../plan.yaml ${LOST}`]);
});
