import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allows, ruleText, uncovered, type PolicyRule } from "../../src/kubernetes/rbac/policy-rule.ts";
import type { ResourceAttributes } from "../../src/kubernetes/rbac/request-attributes.ts";

const some = (...values: string[]): fc.Arbitrary<string[]> => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const rules = fc.record({
  verbs: some("get", "list", "*"),
  apiGroups: some("", "apps", "*"),
  resources: some("pods", "pods/log", "*", "*/log"),
  resourceNames: fc.oneof(fc.constant([]), some("p", "q")),
});
const requests: fc.Arbitrary<ResourceAttributes> = fc.record({
  verb: fc.constantFrom("get", "list", "delete"),
  group: fc.constantFrom("", "apps"),
  resource: fc.constantFrom("pods", "nodes"),
  subresource: fc.constantFrom("", "log"),
  namespace: fc.constant("n"),
  name: fc.constantFrom("", "p", "q", "r"),
});

describe("rules", () => {
  it("cover themselves, and what they cover they allow", () => {
    fc.assert(
      fc.property(fc.array(rules, { maxLength: 3 }), rules, requests, (held, wanted, request) => {
        expect(uncovered([wanted], [wanted])).toEqual([]);
        const isCovered = uncovered(held, [wanted]).length === 0;
        expect(isCovered && allows(wanted, request) && !held.some((rule) => allows(rule, request))).toBe(false);
      }),
    );
  });

  it.each<[PolicyRule, string]>([
    [
      { verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["p"] },
      '{APIGroups:[""], Resources:["pods"], ResourceNames:["p"], Verbs:["get"]}',
    ],
    [{ verbs: ["get"], nonResourceURLs: ["/x"] }, '{NonResourceURLs:["/x"], Verbs:["get"]}'],
  ])("are written as refusals list them", (rule, text) => {
    expect(ruleText(rule)).toBe(text);
  });

  it.each([
    [["/x*"], "/x/y", true],
    [["/x"], "/x/y", false],
    [["*"], "/anything", true],
  ])("let paths %j pass %s: %s", (nonResourceURLs, path, is) => {
    expect(allows({ verbs: ["get"], nonResourceURLs }, { verb: "get", path })).toBe(is);
  });
});
