/** Calls that each test makes. */
export const CALLS = 10;

/** How many tests there are; the bench says. */
export const TESTS = Number(process.env["BENCH_TESTS"] ?? "1");
