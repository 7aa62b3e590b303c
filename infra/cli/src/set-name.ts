import { bedStateSchema, stateName } from "@kubera-e2e/schema/bed-state";
import { frozenState } from "@kubera-e2e/schema/set";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import type { Settings } from "@kubera-e2e/schema/settings";

/**
 * The name under which a set is stored, from what a flag, --state unless told otherwise, says: `bare`, `director` for the build under test, `director@1.11.0`.
 *
 * Error: `USAGE`.
 */
export const setNameOf = (text: string, { KUBERA_BUILD }: Pick<Settings, "KUBERA_BUILD">, flag = "--state"): string => {
  const [name = "", build = KUBERA_BUILD, ...rest] = text.split("@");
  const state = bedStateSchema.safeParse(name);
  if (state.success && rest.length === 0 && build !== "" && (state.data !== "bare" || text === "bare")) return stateName(state.data, build);
  throw new KuberaError("USAGE", {
    what: `${flag} ${text} is no state of a bed`,
    where: flag,
    because: `the states are ${bedStateSchema.options.join(", ")}; all but bare may be followed by @ and a build`,
    fix: `Write ${flag} bare, ${flag} director (build ${KUBERA_BUILD}) or ${flag} director@1.12.0.`,
  });
};

/** What `bed restore` is told to bring back. */
export interface RestoredState {
  readonly state?: string;
  readonly frozen?: string;
}

/** The name of the set that is brought back. Error: `USAGE` unless exactly one of --state and --frozen is there. */
export const restoredStateOf = ({ state, frozen }: RestoredState, settings: Pick<Settings, "KUBERA_BUILD">): string => {
  if (state !== undefined && frozen === undefined) return setNameOf(state, settings);
  if (state === undefined && frozen !== undefined) return frozenState(frozen);
  throw new KuberaError("USAGE", {
    what: state === undefined ? "nothing says what is to be restored" : "--state and --frozen cannot both be restored",
    where: "e2e bed restore",
    because: "a bed is brought to a declared state, or back to the one that a failed run kept",
    fix: "Write --state bare, or --frozen with an id that e2e bed status lists.",
  });
};
