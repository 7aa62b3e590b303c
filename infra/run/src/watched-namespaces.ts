import { knownReleases, loadRelease } from "@kubera-e2e/director";
import type { TestBed } from "@kubera-e2e/schema/test-bed";

/** Where the controllers of the product live: Director's own namespace, and those of OpenEBS and of the agents in every known release. */
export const watchedNamespaces = ({ director }: Pick<TestBed, "director">): string[] => {
  const releases = knownReleases().map((release) => loadRelease(release));
  return [...new Set([director.namespace, ...releases.flatMap(({ openebs, agents }) => [openebs.namespace, agents.namespace])])];
};
