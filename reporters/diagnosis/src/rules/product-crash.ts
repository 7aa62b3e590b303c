import type { PodData } from "@kubera-e2e/schema/fact-data";
import type { Seen } from "../facts.ts";
import { groupBy, spanOf } from "../group.ts";
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

const findingOf = (looks: readonly Seen<PodData>[], runFromMs: number): Finding[] => {
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
      lasting: true,
      confidence: confidenceOf([0.8]),
      against: [],
      summary: `Container ${container} of ${namespace}/${name} ended with exit code ${first.crash.exitCode}, restarted ${restarts} times.`,
      remedy: `Read \`kubectl logs -n ${namespace} ${name} -c ${container} --previous\` and report its first error with this build.`,
    },
  ];
};

/** A container that ends by its own fault during the run and does not come back. */
export const productCrash: Rule = {
  id: "product.crash",
  needs: ["kubernetes.pod"],
  match: (facts) =>
    [...groupBy(facts.pods(), ({ fact }) => workloadKey(fact.scope)).values()].flatMap((looks) => findingOf(looks, facts.runFromMs)),
};
