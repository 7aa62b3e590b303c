import type { Evidence, Fact } from "@kubera-e2e/schema/evidence";
import { diagnosisSchema } from "@kubera-e2e/schema/verdict";
import { describe, expect, test } from "vitest";
import { diagnose } from "../src/index.ts";
import { identity, wire } from "./facts-of.ts";
import { movedWhole, offset, onCluster, recorded } from "./recordings.ts";

const MINUTE_MS = 60_000;
const BETWEEN_TESTS_MS = 5000;

const full = recorded("install-on-full-disks");
const plain = recorded("assertion-after-boot");

/** Pods are made anew for every test; their events are its own. */
const withOwnPods = (facts: readonly Fact[], n: number): Fact[] =>
  facts.map((fact) => {
    const { kind, name = "" } = fact.scope;
    return kind === "Pod" && /-[a-z0-9]{5}$/.test(name)
      ? { ...fact, scope: { ...fact.scope, name: `${name.slice(0, -5)}${String(n).padStart(5, "x")}` } }
      : fact;
  });

const onFullDisks = (count: number): Evidence[] =>
  Array.from({ length: count }, (_, n) => {
    const moved = movedWhole(full, n * BETWEEN_TESTS_MS);
    return { ...moved, test: identity(`TCID-DISK-${n}`), facts: withOwnPods(moved.facts, n) };
  });

const DIRECTOR = { urlHost: "10.43.0.7:80", cluster: "server", namespace: "kubera" };

/** Director answers 500, each time for another case, and every node is well. */
const ofDirector = (count: number, startMs: number): Evidence[] =>
  Array.from({ length: count }, (_, n) => {
    const moved = movedWhole(plain, offset(plain, full) + startMs + n * BETWEEN_TESTS_MS);
    const at = moved.window.to;
    const call: Fact = {
      kind: "http.exchange",
      at,
      scope: DIRECTOR,
      data: { method: "POST", url: `http://${DIRECTOR.urlHost}/v3/groups/1a${n}/clusters`, status: 500 },
    };
    const nodes = moved.facts.filter(({ kind }) => kind === "kubernetes.node");
    const error = wire(`Error: expect(received).toBe(expected)\n\nExpected: 201\nReceived: 500\n\nrow ${n}`);
    return { ...moved, test: identity(`TCID-PRODUCT-${n}`), error, facts: [...nodes, call] };
  });

const onMember = (evidence: Evidence): Evidence => ({ ...evidence, facts: onCluster(evidence.facts, "server", "member") });

const mixes: readonly [when: string, evidences: readonly Evidence[]][] = [
  ["Director failed before the disks were full", [...ofDirector(20, -60 * MINUTE_MS), ...onFullDisks(280)]],
  ["Director failed while the disks of another cluster were full", [...onFullDisks(280).map(onMember), ...ofDirector(20, MINUTE_MS)]],
];

describe("300 failures of two causes", () => {
  test.each(mixes)("are two incidents, each with its own tests, where %s", (_when, evidences) => {
    const diagnosis = diagnose({ run: "r1", evidences });
    expect(diagnosis.incidents.map(({ id, cause, class: klass, tests }) => [id, cause, klass, tests.length])).toEqual([
      ["C1", "node.disk-pressure", "infrastructure", 280],
      ["C2", "product.functional", "product", 20],
    ]);
    const [disk, product] = diagnosis.incidents;
    expect(disk?.tests.every(({ plan }) => plan.startsWith("TCID-DISK-"))).toBe(true);
    expect(disk?.parts).toHaveLength(3);
    expect(product?.tests.every(({ plan }) => plan.startsWith("TCID-PRODUCT-"))).toBe(true);
    expect(diagnosisSchema.parse(diagnosis)).toEqual(diagnosis);
  });

  test("are told in any order of their evidence", () => {
    const [, evidences = []] = mixes[0] ?? [];
    const causes = (given: readonly Evidence[]): unknown =>
      diagnose({ run: "r1", evidences: given }).incidents.map(({ cause, summary, window, tests }) => [
        cause,
        summary,
        window,
        tests.length,
      ]);
    expect(causes(evidences.toReversed())).toEqual(causes(evidences));
  });
});

/** How often a diagnosis reads anything of a fact: what it costs, on however busy a computer. */
const readsOf = (evidences: readonly Evidence[]): number => {
  let reads = 0;
  const counted = (fact: Fact): Fact =>
    new Proxy(fact, {
      get: (target, name) => {
        reads += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
  diagnose({ run: "r1", evidences: evidences.map((evidence) => ({ ...evidence, facts: evidence.facts.map(counted) })) });
  return reads;
};

/** Seconds of the processor, which other work of this computer does not add to. */
const costOf = (evidences: readonly Evidence[]): number => {
  const before = process.cpuUsage();
  diagnose({ run: "r1", evidences });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
};

test("costs less than a second for 300 failures, and grows with the number of their facts", () => {
  const evidences = onFullDisks(300);
  expect(Math.min(...[1, 2, 3].map(() => costOf(evidences)))).toBeLessThan(1);
  const [half, whole] = [150, 300].map((count) => readsOf(onFullDisks(count)));
  // Twice as many cost twice as much; four times as much would be the square.
  expect(whole).toBeLessThan(2.5 * (half ?? 0));
});
