import type { Fact } from "@kubera-e2e/schema/evidence";
import type { Collector } from "./collector.ts";

/** Facts that somebody else has kept all along, as a collector: an HTTP transcript, the run's event stream, the steps of a restore. */
export const givenFacts = (name: string, facts: () => Promise<readonly Fact[]> | readonly Fact[]): Collector => ({
  name,
  collect: async ({ from, to }) => {
    const given = await facts();
    return given.filter((fact) => Date.parse(fact.at) >= from.getTime() && Date.parse(fact.at) <= to.getTime());
  },
});
