import { groupBy, spanOf } from "../group.ts";
import { failedPulls, goodPulls, type Pull } from "../pulls.ts";
import { confidenceOf, type Finding, type Rule } from "../rule.ts";

// The registry's own words. The kubelet's limit on itself reads `pull QPS exceeded`, and a bare 429 would hit digests and ports.
const LIMITED = /toomanyrequests|429 Too Many Requests|status code[^\n]{0,20}\b429\b/i;

const findingOf = (pulls: readonly Pull[], good: readonly Pull[]): Finding[] => {
  const [first] = pulls;
  if (first === undefined) return [];
  const { host } = first;
  const span = spanOf(pulls);
  return [
    {
      cause: "registry.rate-limited",
      scope: { urlHost: host },
      ...span,
      lasting: !good.some((pull) => pull.host === host && pull.atMs > span.toMs),
      confidence: confidenceOf([0.9]),
      against: [],
      summary: `Registry ${host} refuses pulls, because too many were made.`,
      remedy: `Pull from ${host} with credentials that have a larger quota, or mirror the images into a registry of the lab.`,
    },
  ];
};

/** A registry that answers pulls with 429. */
export const registryRateLimited: Rule = {
  id: "registry.rate-limited",
  needs: [],
  match: (facts) => {
    const good = goodPulls(facts);
    const groups = groupBy(
      failedPulls(facts).filter(({ message }) => LIMITED.test(message)),
      ({ host }) => host,
    );
    return [...groups.values()].flatMap((pulls) => findingOf(pulls, good));
  },
};
