import { groupBy, spanOf } from "../group.ts";
import { failedPulls, goodPulls, type Pull } from "../pulls.ts";
import { confidenceOf, type Finding, listed, type Rule } from "../rule.ts";

// Runtimes hand on the registry's answer as text alone. Never a bare 404: digests contain it.
const MISSING = /manifest unknown|name unknown|MANIFEST_UNKNOWN|NAME_UNKNOWN|: not found/;
const REFUSED = /pull access denied|insufficient_scope|unauthorized|authorization/i;

const isMissing = ({ message }: Pull): boolean => MISSING.test(message) && !REFUSED.test(message);

const findingOf = (pulls: readonly Pull[], good: readonly Pull[]): Finding[] => {
  const [first] = pulls;
  if (first === undefined) return [];
  const { image, host } = first;
  const span = spanOf(pulls);
  const pulled = good.filter((pull) => pull.image === image && pull.atMs >= span.fromMs);
  if (pulled.length > 0) return [];
  const { cluster } = first.fact.scope;
  return [
    {
      cause: "registry.image-missing",
      scope: { ...(cluster !== undefined && { cluster }), image },
      ...span,
      lasting: true,
      confidence: confidenceOf([0.9]),
      against: [],
      summary: `Image ${image} does not exist in its registry.`,
      remedy: `Push ${image} to ${host}, or correct the tag in the release profile: this build was never published there.`,
    },
  ];
};

/** An image that was never pushed: the build's trouble, not the registry's. */
export const registryImageMissing: Rule = {
  id: "registry.image-missing",
  needs: [],
  match: (facts) => {
    const good = goodPulls(facts);
    const groups = groupBy(failedPulls(facts).filter(isMissing), ({ image, fact }) => `${fact.scope.cluster ?? ""} ${image}`);
    return [...groups.values()].flatMap((pulls) => findingOf(pulls, good));
  },
  together: (findings) => ({
    summary: `${findings.length} images do not exist in their registry: ${listed(findings.flatMap(({ scope }) => scope.image ?? []))}.`,
    remedy: "Push them, or correct their tags in the release profile: this build was never published there, or not whole.",
  }),
};
