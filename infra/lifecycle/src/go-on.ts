import { frozenIdOf } from "@kubera-e2e/schema/set";

/** The command that restores a state, for a person to type. */
export const restoreCommand = (bed: string, state: string): string => {
  const id = frozenIdOf(state);
  return id === undefined ? `e2e bed restore ${bed} --state ${state}` : `e2e bed restore ${bed} --frozen ${id}`;
};
