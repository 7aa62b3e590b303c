import type { GcPlan } from "@kubera-e2e/lifecycle/sets";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { frozenIdOf } from "@kubera-e2e/schema/set";
import type { Settings } from "@kubera-e2e/schema/settings";
import { setNameOf } from "./set-name.ts";

/** The name of the state that --drop names, frozen or not. Error: `USAGE`. */
export const droppedState = (text: string, settings: Pick<Settings, "KUBERA_BUILD">): string =>
  frozenIdOf(text) === undefined ? setNameOf(text, settings, "--drop") : text;

/** A state that is misspelt would silently stay. Error: `USAGE` with the states there are, when no set is of this one. */
export const refuseUnmatched = ({ bed, goes, stays }: Pick<GcPlan, "bed" | "goes" | "stays">, dropped: string): void => {
  const states = [...new Set([...goes, ...stays].map(({ state }) => state))].toSorted();
  if (states.includes(dropped)) return;
  throw new KuberaError("USAGE", {
    what: `the bed ${bed} has no set of ${dropped}; nothing was touched`,
    where: "--drop",
    because: states.length === 0 ? "it has no set at all" : `its sets are of ${states.join(", ")}`,
    fix: states.length === 0 ? "Leave --drop out." : "Write one of these behind --drop, or leave it out.",
  });
};
