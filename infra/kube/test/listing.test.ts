import { expect, test } from "vitest";
import { listAll } from "../src/listing.ts";

test("says that a list does not end when its next page is the same page again", async () => {
  let asked = 0;
  const page = { apiVersion: "v1", kind: "PodList", metadata: { resourceVersion: "1", continue: "same" }, items: [] };
  const ask = (): Promise<unknown> => {
    asked += 1;
    return asked > 5 ? Promise.reject(new Error("asked on and on")) : Promise.resolve(page);
  };
  await expect(listAll(ask)).rejects.toThrow(
    "[RESPONSE_INVALID] a list does not end\n  where:   the answer to a list call\n  because: the page after a page is that page again\n  fix:     Look whether a proxy before the API server drops the query of a request, or caches answers.",
  );
});
