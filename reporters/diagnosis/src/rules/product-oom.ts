import { podChangeDataSchema, type PodChangeData } from "@kubera-e2e/schema/recorded-data";
import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import { calledClusters, spokenBy } from "../calls.ts";
import { iso } from "../facts.ts";
import type { ResidueRule } from "../residue.ts";

interface Kill {
  readonly fact: Fact;
  readonly data: PodChangeData;
  readonly atMs: number;
}

/** A container that was killed for its memory within the test; it may well run again by now. */
const killOf = (fact: Fact, { window }: Evidence): Kill[] => {
  const data = fact.kind === "kubernetes.pod-change" ? podChangeDataSchema.safeParse(fact.data).data : undefined;
  if (data === undefined) return [];
  return (["terminated", "lastState.terminated"] as const).flatMap((state) => {
    const atMs = Date.parse(data[`${state}.finishedAt`] ?? "");
    const isWithin = atMs >= Date.parse(window.from) && atMs <= Date.parse(window.to);
    return data[`${state}.reason`] === "OOMKilled" && isWithin ? [{ fact, data, atMs }] : [];
  });
};

const isCalled = ({ scope }: Fact, called: ReadonlySet<string> | undefined): boolean =>
  called === undefined || scope.cluster === undefined || called.has(scope.cluster);

const fileOf = ({ facts }: Evidence, { fact: { scope }, data }: Kill): string | undefined => {
  const log = facts.find(
    ({ kind, scope: { cluster, namespace, name }, data: { container } }) =>
      kind === "kubernetes.log" &&
      cluster === scope.cluster &&
      namespace === scope.namespace &&
      name === scope.name &&
      container === data.container,
  );
  return typeof log?.data["file"] === "string" ? log.data["file"] : undefined;
};

/** A container of the namespace that the test called was killed for its memory meanwhile; a look at the end of the test finds it well. */
export const productOom: ResidueRule = {
  id: "product.oom",
  explain: (evidence) => {
    // A part that was answered and said something else than expected was not away.
    if (evidence.error === undefined || spokenBy(evidence) !== undefined) return undefined;
    const namespaces = new Set(evidence.facts.flatMap(({ kind, scope }) => (kind === "http.exchange" ? (scope.namespace ?? []) : [])));
    const called = calledClusters(evidence);
    const kills = evidence.facts
      .flatMap((fact) => killOf(fact, evidence))
      .filter(({ fact }) => isCalled(fact, called) && namespaces.has(fact.scope.namespace ?? ""));
    const [first] = kills;
    if (first === undefined) return undefined;
    const { namespace = "?", name = "?" } = first.fact.scope;
    const file = fileOf(evidence, first);
    return {
      cause: "product.oom",
      class: "product",
      confidence: 0.7,
      summary: `Container ${first.data.container ?? "?"} of ${namespace}/${name} was killed for its memory at ${iso(first.atMs)}, during the test.`,
      remedy: `Compare its memory limit with what it needs, and report it with this build.${file === undefined ? "" : ` What it wrote stands in ${file} in the folder of the run.`}`,
      evidence: [...new Set(kills.map(({ fact }) => fact))],
    };
  },
};
