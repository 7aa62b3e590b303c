import { expect, test } from "@kubera-e2e/fixtures";
import { CALLS, TESTS } from "./size.ts";

for (let number = 1; number <= TESTS; number += 1) {
  test(`makes its calls, ${number}`, async ({ director }) => {
    const statuses: number[] = [];
    for (let call = 0; call < CALLS; call += 1) statuses.push((await director.request({ method: "GET", path: "/v3/groups" })).status);
    expect(new Set(statuses)).toEqual(new Set([200]));
  });
}
