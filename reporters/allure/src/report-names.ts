import type { Outcome } from "@kubera-e2e/schema/outcome";
import type { Target } from "@kubera-e2e/schema/target";

/** How every page says whether machines were real. */
export const targetWords = (target: Target): string => (target === "sim" ? "SIMULATED data centre" : "real machines");

/** "SIMULATED · Director 1.12.0 on sim". */
export const reportName = ({ target, build, bed }: Pick<Outcome, "target" | "build" | "bed">): string =>
  `${target === "sim" ? "SIMULATED · " : ""}Director ${build} on ${bed}`;
