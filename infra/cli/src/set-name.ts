import { bedStateSchema, stateName } from "@kubera-e2e/schema/bed-state";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";

/**
 * The name under which a set is stored, from what --state says: `bare`, `director` for the build under test, `director@1.11.0`.
 *
 * Error: `USAGE`.
 */
export const setNameOf = (text: string, { KUBERA_BUILD }: Pick<Settings, "KUBERA_BUILD">): string => {
  const [name = "", build = KUBERA_BUILD, ...rest] = text.split("@");
  const state = bedStateSchema.safeParse(name);
  if (state.success && rest.length === 0 && build !== "" && (state.data !== "bare" || text === "bare")) return stateName(state.data, build);
  throw new KuberaError("USAGE", {
    what: `--state ${text} is no state of a bed`,
    where: "--state",
    because: `the states are ${bedStateSchema.options.join(", ")}; all but bare may be followed by @ and a build`,
    fix: `Write --state bare, --state director (build ${KUBERA_BUILD}) or --state director@1.12.0.`,
  });
};
