import { iso } from "../facts.ts";
import { groupBy, spanOf } from "../group.ts";
import { failedPulls, goodPulls, type Pull } from "../pulls.ts";
import { confidenceOf, type Finding, LEAST_CONFIDENCE, type Rule } from "../rule.ts";

// A bare 500 would hit digests and ports.
const UNAVAILABLE =
  /connection refused|no such host|TLS handshake timeout|proxyconnect|i\/o timeout|(unexpected status|status code)[^\n]{0,80}?\b5\d\d\b/;

const isUnavailable = ({ message, fact }: Pull): boolean =>
  fact.data["waiting.reason"] === "RegistryUnavailable" || UNAVAILABLE.test(message);

const unique = (values: readonly (string | undefined)[]): string[] => [...new Set(values.filter((value) => value !== undefined))];

const findingOf = (pulls: readonly Pull[], good: readonly Pull[]): Finding[] => {
  const [first] = pulls;
  if (first === undefined) return [];
  const { host } = first;
  const span = spanOf(pulls);
  const meanwhile = good.filter((pull) => pull.host === host && pull.atMs >= span.fromMs && pull.atMs <= span.toMs);
  const later = good.some((pull) => pull.host === host && pull.atMs > span.toMs);
  const confidence = confidenceOf(
    pulls.map(() => 0.7),
    meanwhile.map(() => 0.5),
  );
  if (confidence < LEAST_CONFIDENCE) return [];
  const nodes = unique(pulls.map(({ fact }) => fact.scope.node));
  const from = nodes.length === 0 ? "the nodes" : nodes.join(", ");
  const others = unique(good.map((pull) => pull.host)).filter((name) => name !== host);
  const elsewhere = others.length === 0 ? "No other registry was asked." : `${others.join(", ")} answered meanwhile.`;
  return [
    {
      cause: "registry.unavailable",
      scope: { urlHost: host },
      ...span,
      lasting: !later,
      confidence,
      against: meanwhile.map(({ fact }) => fact),
      summary: `Registry ${host} does not answer ${from} since ${iso(span.fromMs)}.`,
      remedy: `Start registry ${host} or open the way to it from ${from}. ${elsewhere}`,
    },
  ];
};

/** A registry that does not answer. When several hosts fail together it is the network, and this rule is silent. */
export const registryUnavailable: Rule = {
  id: "registry.unavailable",
  needs: [],
  match: (facts) => {
    const groups = groupBy(failedPulls(facts).filter(isUnavailable), ({ host }) => host);
    if (groups.size > 1) return [];
    const good = goodPulls(facts);
    return [...groups.values()].flatMap((pulls) => findingOf(pulls, good));
  },
};
