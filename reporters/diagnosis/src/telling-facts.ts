import type { Fact } from "@kubera-e2e/schema/evidence";
import { factLine } from "./fact-line.ts";

const reasonOf = ({ data }: Fact): string => String(data["reason"] ?? data["waiting.reason"] ?? data["PodScheduled.reason"] ?? "");

/** The first fact of each kind and reason, then more in their order, without repeating what was said. */
export const tellingFacts = (facts: readonly Fact[], limit: number): Fact[] => {
  const byLine = new Map<string, Fact>();
  for (const fact of facts) {
    const line = factLine(fact);
    if (!byLine.has(line)) byLine.set(line, fact);
  }
  const different = [...byLine.values()];
  const isFirst = (fact: Fact, index: number): boolean =>
    different.findIndex((other) => other.kind === fact.kind && reasonOf(other) === reasonOf(fact)) === index;
  const [firsts, others] = [different.filter(isFirst), different.filter((fact, index) => !isFirst(fact, index))];
  return [...firsts, ...others].slice(0, limit).toSorted((a, b) => a.at.localeCompare(b.at));
};
