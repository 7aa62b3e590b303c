import type { PodData } from "@kubera-e2e/schema/fact-data";
import type { FactIndex, Seen } from "../facts.ts";
import { groupBy, spanOf } from "../group.ts";
import { lastWordsOf, type LastWords } from "../last-words.ts";
import { workloadKey } from "../pods.ts";
import { confidenceOf, type Finding, type Rule } from "../rule.ts";

/** Exit codes a program brings about itself: an error, misuse, abort, segmentation fault. 137 and 143 are done to it. */
const OWN_FAULT = new Set([1, 2, 134, 139]);

interface Crash {
  readonly exitCode: number;
  readonly atMs: number;
}

const crashOf = ({ data, atMs }: Seen<PodData>, runFromMs: number): Crash | undefined => {
  // What is in back-off now goes on crashing, whenever it last did.
  const isLooping = data["waiting.reason"] === "CrashLoopBackOff";
  for (const state of ["terminated", "lastState.terminated"] as const) {
    const exitCode = data[`${state}.exitCode`];
    const finishedMs = Date.parse(data[`${state}.finishedAt`] ?? "");
    const inRun = (isLooping || finishedMs >= runFromMs) && finishedMs <= atMs;
    if (exitCode !== undefined && OWN_FAULT.has(exitCode) && data[`${state}.reason`] !== "OOMKilled" && inRun)
      return { exitCode, atMs: finishedMs };
  }
  return undefined;
};

const remedyOf = (place: string, words: LastWords | undefined): string =>
  words?.file === undefined
    ? `Read \`kubectl logs ${place} --previous\` and report its first error with this build.`
    : `Read ${words.file} in the folder of the run and report its first error with this build.`;

const findingOf = (looks: readonly Seen<PodData>[], facts: FactIndex): Finding[] => {
  const { runFromMs } = facts;
  const crashed = looks.flatMap((seen) => {
    const crash = crashOf(seen, runFromMs);
    return crash === undefined ? [] : [{ seen, crash }];
  });
  const [first] = crashed;
  // What runs again was only early: the thing it leans on came later.
  if (first === undefined || looks.at(-1)?.data.ready === true) return [];
  const span = spanOf(crashed.map(({ seen, crash }) => ({ fact: seen.fact, atMs: crash.atMs })));
  const { cluster, namespace, name } = first.seen.fact.scope;
  const { node } = crashed.at(-1)?.seen.fact.scope ?? {};
  const { container = "?" } = first.seen.data;
  const words = lastWordsOf(facts.logs(), { scope: first.seen.fact.scope, container, atMs: first.crash.atMs });
  const restarts = looks.reduce((most, { data }) => Math.max(most, data.restartCount ?? 0), 0);
  return [
    {
      cause: "product.crash",
      scope: {
        ...(cluster !== undefined && { cluster }),
        ...(namespace !== undefined && { namespace }),
        kind: "Pod",
        ...(name !== undefined && { name }),
        ...(node !== undefined && { node }),
      },
      ...span,
      evidence: [...span.evidence, ...(words === undefined ? [] : [words.fact])],
      lasting: true,
      confidence: confidenceOf([0.8]),
      against: [],
      summary: `Container ${container} of ${namespace}/${name} ended with exit code ${first.crash.exitCode}, restarted ${restarts} times.${words === undefined ? "" : ` It said last: ${words.line}`}`,
      remedy: remedyOf(`-n ${namespace} ${name} -c ${container}`, words),
    },
  ];
};

/** A container that ends by its own fault during the run and does not come back. */
export const productCrash: Rule = {
  id: "product.crash",
  needs: ["kubernetes.pod"],
  match: (facts) => [...groupBy(facts.pods(), ({ fact }) => workloadKey(fact.scope)).values()].flatMap((looks) => findingOf(looks, facts)),
};
