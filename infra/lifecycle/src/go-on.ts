import { frozenIdOf } from "@kubera-e2e/schema/set";

/** The command that restores a state, for a person to type. */
export const restoreCommand = (bed: string, state: string): string => {
  const id = frozenIdOf(state);
  return id === undefined ? `e2e bed restore ${bed} --state ${state}` : `e2e bed restore ${bed} --frozen ${id}`;
};

/** The command that renews the certificates in the set of a state. */
export const renewCommand = (bed: string, state: string): string => `e2e bed renew ${bed} --state ${state}`;
