/** Revisions are opaque by contract and numbers in fact; those that are no numbers are never called older. */
export const isOlder = (a: string, b: string): boolean => Number(a) < Number(b);
