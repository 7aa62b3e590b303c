import type { PodData } from "@kubera-e2e/schema/fact-data";
import type { FactIndex, Seen } from "../facts.ts";
import { groupBy, spanOf } from "../group.ts";
import { workloadKey } from "../pods.ts";
import { confidenceOf, type Finding, type Rule } from "../rule.ts";

const PROBE = /\b(Readiness|Startup) probe/;

const runsUnready = ({ data }: Seen<PodData>): boolean =>
  data.phase === "Running" && data.ready === false && data["waiting.reason"] === undefined && data["terminated.reason"] === undefined;

const findingOf = (looks: readonly Seen<PodData>[], facts: FactIndex): Finding[] => {
  const last = looks.at(-1);
  if (last === undefined || !runsUnready(last)) return [];
  const key = workloadKey(last.fact.scope);
  const probes = facts.events("Unhealthy").filter(({ fact, data }) => PROBE.test(data.message ?? "") && workloadKey(fact.scope) === key);
  if (probes.length === 0) return [];
  const unready = looks.filter(runsUnready);
  const span = spanOf([...probes, ...unready]);
  const { cluster, namespace, name, node } = last.fact.scope;
  return [
    {
      cause: "product.not-ready",
      scope: {
        ...(cluster !== undefined && { cluster }),
        ...(namespace !== undefined && { namespace }),
        kind: "Pod",
        ...(name !== undefined && { name }),
        ...(node !== undefined && { node }),
      },
      ...span,
      lasting: true,
      confidence: confidenceOf([0.5, 0.5]),
      against: [],
      summary: `${namespace}/${name} runs and does not become Ready: ${probes.at(-1)?.data.message ?? ""}`,
      remedy: `Read \`kubectl logs -n ${namespace} ${name}\` for why its probe fails, and report it with this build.`,
    },
  ];
};

/** A pod that runs and whose probe keeps failing. What is wrong with its node explains it and goes first. */
export const productNotReady: Rule = {
  id: "product.not-ready",
  needs: ["kubernetes.pod", "kubernetes.event"],
  match: (facts) => [...groupBy(facts.pods(), ({ fact }) => workloadKey(fact.scope)).values()].flatMap((looks) => findingOf(looks, facts)),
};
