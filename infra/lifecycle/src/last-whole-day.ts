const DAY_MS = 86_400_000;

/** Last day that is over before a certificate is, `2026-06-30`; one that ends at noon spoils its day. */
export const lastWholeDay = (until: string): string => new Date(Date.parse(until) + 1000 - DAY_MS).toISOString().slice(0, 10);
