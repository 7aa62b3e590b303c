import { test } from "@kubera-e2e/fixtures";
import { CALLS, TESTS } from "./size.ts";

for (let number = 1; number <= TESTS; number += 1) {
  test(`makes its calls, ${number}`, async ({ director }) => {
    for (let call = 0; call < CALLS; call += 1) {
      const { status } = await director.request({ method: "GET", path: "/v3/groups" });
      if (status !== 200) throw new Error(`status ${status}`);
    }
  });
}
