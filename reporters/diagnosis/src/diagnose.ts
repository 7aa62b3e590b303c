import { classOfCause } from "@kubera-e2e/schema/causes";
import type { Evidence, TestIdentity } from "@kubera-e2e/schema/evidence";
import type { Diagnosis, Incident } from "@kubera-e2e/schema/verdict";
import { candidatesOf, choose, foldDownstream, type Trouble } from "./assign.ts";
import { FactIndex, iso } from "./facts.ts";
import { type Joint, joinIncidents } from "./join-incidents.ts";
import { explainUnknown } from "./rules/unknown.ts";
import { RESIDUE_RULES, RULES } from "./rules.ts";
import { tellingFacts } from "./telling-facts.ts";
import { type Residue, signature } from "./residue.ts";
import { type Finding, LEAST_CONFIDENCE } from "./rule.ts";

/** Facts kept with one incident; the rest stays in the evidence folder. */
const EVIDENCE_LIMIT = 40;

export interface DiagnoseInput {
  readonly run: string;
  /** One per failed test, and those of the run itself, which carry no `test`. */
  readonly evidences: readonly Evidence[];
}

type TestEvidence = Evidence & { readonly test: TestIdentity };

const hasTest = (evidence: Evidence): evidence is TestEvidence => evidence.test !== undefined;

type Draft = Omit<Incident, "id">;

const partOf = ({ scope, summary, fromMs, toMs }: Finding): NonNullable<Incident["parts"]>[number] => ({
  scope,
  summary,
  window: { from: iso(fromMs), to: iso(toMs) },
});

const draftOf = ({ finding, parts, tests }: Joint<TestEvidence>): Draft => ({
  cause: finding.cause,
  class: classOfCause(finding.cause),
  confidence: finding.confidence,
  summary: finding.summary,
  scope: finding.scope,
  window: { from: iso(finding.fromMs), to: iso(finding.toMs) },
  evidence: tellingFacts(finding.evidence, EVIDENCE_LIMIT),
  against: tellingFacts(finding.against, EVIDENCE_LIMIT),
  remedy: finding.remedy,
  tests: tests.map(({ test }) => test),
  ...(parts.length > 0 && { parts: parts.map(partOf) }),
});

/** Whether a test failed because the run could not bring its bed into the state it asks for. */
const failedWith = (evidence: Evidence, run: Evidence): boolean => {
  const line = run.error?.message.split("\n")[0] ?? "";
  if (line === "") return false;
  // A run on the simulator may have several beds, and a test that never got one knows its own by the error alone.
  return evidence.error?.message.includes(line) === true || (run.bed === evidence.bed && evidence.error?.code === "BED_BROKEN");
};

/** A test that never got its bed saw nothing itself; what the run saw while it prepared the bed speaks for it. */
const withBed = (evidence: TestEvidence, ofRun: readonly Evidence[]): TestEvidence => {
  const prepared = ofRun.filter((run) => failedWith(evidence, run));
  if (prepared.length === 0) return evidence;
  const windows = [evidence, ...prepared].map(({ window }) => window);
  const [from = evidence.window.from] = windows.map((window) => window.from).toSorted();
  // Playwright counts no time of a test that waited for its bed, so that its window ends before the trouble began.
  const to =
    windows
      .map((window) => window.to)
      .toSorted()
      .at(-1) ?? evidence.window.to;
  return {
    ...evidence,
    window: { from, to },
    facts: [...evidence.facts, ...prepared.flatMap(({ facts }) => facts)],
    gaps: [...evidence.gaps, ...prepared.flatMap(({ gaps }) => gaps)],
  };
};

const findTroubles = (facts: FactIndex): Trouble[] => {
  const able = RULES.filter((rule) => rule.needs.every((kind) => facts.has(kind)));
  return foldDownstream(able.flatMap((rule) => rule.match(facts)).filter(({ confidence }) => confidence >= LEAST_CONFIDENCE));
};

interface Assignment {
  readonly byTrouble: ReadonlyMap<Trouble, TestEvidence[]>;
  readonly rest: readonly TestEvidence[];
}

const assign = (tests: readonly TestEvidence[], troubles: readonly Trouble[]): Assignment => {
  const candidates = new Map(tests.map((test) => [test, candidatesOf(test, troubles)]));
  const share = new Map<Trouble, number>();
  for (const trouble of [...candidates.values()].flat()) share.set(trouble, (share.get(trouble) ?? 0) + 1);
  const byTrouble = new Map<Trouble, TestEvidence[]>(troubles.map((trouble) => [trouble, []]));
  const rest: TestEvidence[] = [];
  for (const [test, possible] of candidates) {
    const chosen = choose(possible, share);
    if (chosen === undefined) rest.push(test);
    else byTrouble.get(chosen)?.push(test);
  }
  return { byTrouble, rest };
};

const residueOf = (evidence: Evidence, facts: FactIndex): Residue => {
  for (const rule of RESIDUE_RULES) {
    const residue = rule.explain(evidence, facts);
    if (residue !== undefined) return residue;
  }
  return explainUnknown(evidence, facts);
};

const draftsOfRest = (rest: readonly TestEvidence[], facts: FactIndex): Draft[] => {
  const drafts = new Map<string, Draft>();
  for (const evidence of rest) {
    const { because, ...residue } = residueOf(evidence, facts);
    const key = `${residue.cause} ${residue.class} ${signature(residue.summary)}`;
    const known = drafts.get(key);
    const { from, to } = evidence.window;
    drafts.set(key, {
      ...residue,
      summary: because === undefined ? residue.summary : `${residue.summary}: ${because}`,
      evidence: known?.evidence ?? tellingFacts(residue.evidence, EVIDENCE_LIMIT),
      scope: { bed: evidence.bed },
      window: {
        from: known === undefined || from < known.window.from ? from : known.window.from,
        to: known && known.window.to > to ? known.window.to : to,
      },
      against: [],
      tests: [...(known?.tests ?? []), evidence.test],
    });
  }
  return [...drafts.values()];
};

/**
 * What was wrong in a run: incidents of the whole run first, by time and place; then each failed test is given to the one
 * furthest upstream that reaches it; what remains is answered from its own error, or is `unknown`. Most failures first.
 */
export const diagnose = ({ run, evidences }: DiagnoseInput): Diagnosis => {
  const facts = new FactIndex(evidences);
  const ofRun = evidences.filter((evidence) => !hasTest(evidence));
  const tests = evidences.filter(hasTest).map((evidence) => withBed(evidence, ofRun));
  const { byTrouble, rest } = assign(tests, findTroubles(facts));
  const joints = joinIncidents(
    [...byTrouble].map(([trouble, tests]) => ({ trouble, tests })),
    RULES,
  );
  const drafts = [...joints.map(draftOf), ...draftsOfRest(rest, facts)];
  const incidents = drafts
    .toSorted((a, b) => b.tests.length - a.tests.length || a.window.from.localeCompare(b.window.from))
    .map((draft, index) => ({ id: `C${index + 1}`, ...draft }));
  return { schema: "kubera-e2e/diagnosis@1", run, incidents };
};
