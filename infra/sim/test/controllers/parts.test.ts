import { assert, integer, property, record } from "fast-check";
import { describe, expect, it } from "vitest";
import { unfitReasons } from "../../src/kubernetes/controllers/node-fit.ts";
import { parseQuantity } from "../../src/kubernetes/controllers/quantity.ts";
import { limitsOf, newReplicas, oldReplicas } from "../../src/kubernetes/controllers/rolling-update.ts";
import { selects, tolerates } from "../../src/kubernetes/controllers/selectors.ts";
import type { Node } from "../../src/kubernetes/workload-objects.ts";

describe("rolling update", () => {
  it.each([
    [4, {}, { desired: 4, maxSurge: 1, maxUnavailable: 1 }],
    [1, {}, { desired: 1, maxSurge: 1, maxUnavailable: 0 }],
    [10, { maxSurge: "30%", maxUnavailable: 2 }, { desired: 10, maxSurge: 3, maxUnavailable: 2 }],
    [3, { maxSurge: 0, maxUnavailable: 0 }, { desired: 3, maxSurge: 0, maxUnavailable: 1 }],
  ])("allows %i replicas with %o the limits %o", (desired, update, limits) => {
    expect(limitsOf(desired, update)).toEqual(limits);
  });

  it("never goes beyond the surge or below availability, and always comes to its end", () => {
    const numbers = {
      desired: integer({ min: 1, max: 12 }),
      surge: integer({ min: 0, max: 4 }),
      missing: integer({ min: 0, max: 4 }),
    };
    assert(
      property(record(numbers), ({ desired, surge, missing }) => {
        const limits = limitsOf(desired, { maxSurge: surge, maxUnavailable: missing });
        const newest = { name: "new", wanted: 0, available: 0 };
        const old = { name: "old", wanted: desired, available: desired };
        for (let step = 0; step < 60 && (old.wanted > 0 || newest.available < desired); step += 1) {
          newest.wanted = newReplicas(limits, newest, [old]);
          old.wanted = oldReplicas(limits, newest, [old]).get("old") ?? 0;
          old.available = old.wanted;
          expect(newest.wanted + old.wanted).toBeLessThanOrEqual(desired + limits.maxSurge);
          expect(newest.available + old.available).toBeGreaterThanOrEqual(desired - limits.maxUnavailable);
          newest.available = newest.wanted;
        }
        expect([newest.available, old.wanted]).toEqual([desired, 0]);
      }),
    );
  });
});

describe("selectors and tolerations", () => {
  it.each([
    [{ matchLabels: { a: "1" } }, { a: "1", b: "2" }, true],
    [{ matchLabels: { a: "1" } }, {}, false],
    [{ matchExpressions: [{ key: "a", operator: "In", values: ["1", "2"] }] }, { a: "2" }, true],
    [{ matchExpressions: [{ key: "a", operator: "NotIn", values: ["1"] }] }, {}, true],
    [{ matchExpressions: [{ key: "a", operator: "Exists" }] }, {}, false],
    [{ matchExpressions: [{ key: "a", operator: "DoesNotExist" }] }, {}, true],
  ])("%o on %o says %s", (selector, labels, expected) => {
    expect(selects(selector, labels)).toBe(expected);
  });

  it.each([
    [{ operator: "Exists" }, true],
    [{ key: "k", operator: "Exists" }, true],
    [{ key: "k", value: "v" }, true],
    [{ key: "k", value: "other" }, false],
    [{ key: "k", operator: "Exists", effect: "NoSchedule" }, false],
    [{ key: "other", operator: "Exists" }, false],
  ] as const)("%o bears k=v:NoExecute: %s", (toleration, expected) => {
    expect(tolerates(toleration, { key: "k", value: "v", effect: "NoExecute" })).toBe(expected);
  });
});

describe("quantities and fit", () => {
  it.each([
    ["250m", 0.25],
    ["2", 2],
    ["1Gi", 1_073_741_824],
    ["1.5k", 1500],
    ["nonsense", 0],
    [undefined, 0],
  ])("reads %s as %d", (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  it("counts what the node already holds", () => {
    const node = { metadata: { name: "n" }, status: { allocatable: { cpu: "1", memory: "1Gi", pods: "1" } } } as unknown as Node;
    const spec = { containers: [{ name: "c", image: "x", resources: { requests: { cpu: "600m" } } }] };
    const held = { spec } as unknown as Parameters<typeof unfitReasons>[2][number];
    expect(unfitReasons(spec, node, [])).toEqual([]);
    expect(unfitReasons(spec, node, [held])).toEqual(["Insufficient cpu", "Too many pods"]);
  });
});
