import { FakeClock } from "@kubera-e2e/schema/clock";
import { toWire } from "@kubera-e2e/schema/error-wire";
import { evidenceSchema, type Fact } from "@kubera-e2e/schema/evidence";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { Redactor } from "@kubera-e2e/schema/redactor";
import { describe, expect, test } from "vitest";
import { gatherEvidence, type Collector, type CollectorContext } from "../src/index.ts";
import { FROM, TO } from "./fake-kube.ts";

const ABOUT = { run: "r1", target: "sim" as const, bed: "sim", window: { from: FROM, to: TO } };

const fact = (kind: Fact["kind"], at: string, data: Fact["data"] = {}): Fact => ({ kind, at, scope: { cluster: "member" }, data });

const giving = (...facts: Fact[]): Collector => ({ name: "giving", collect: () => Promise.resolve(facts) });

const gather = (collectors: readonly Collector[], over: object = {}) =>
  gatherEvidence({ collectors, budgetMs: 1000, about: ABOUT, redactor: new Redactor(), ...over });

describe("gatherEvidence", () => {
  test("joins the facts of all collectors into valid Evidence v1", async () => {
    const evidence = await gather([giving(fact("kubernetes.node", TO)), giving(fact("check", FROM))]);
    expect(evidence).toEqual({
      schema: "kubera-e2e/evidence@1",
      ...ABOUT,
      facts: [fact("kubernetes.node", TO), fact("check", FROM)],
      gaps: [],
    });
    expect(evidenceSchema.safeParse(evidence).success).toBe(true);
  });

  test("gives every collector bed and window", async () => {
    const seen: CollectorContext[] = [];
    await gather([
      {
        name: "looking",
        collect: (context) => {
          seen.push(context);
          return Promise.resolve([]);
        },
      },
    ]);
    expect(seen.map(({ bed, from, to }) => [bed, from.toISOString(), to.toISOString()])).toEqual([["sim", FROM, TO]]);
  });

  test.each<[string, Collector["collect"], string]>([
    [
      "rejects",
      () => Promise.reject(new Error("[CONNECTION_REFUSED] nothing listens there\n  where: x")),
      "[CONNECTION_REFUSED] nothing listens there",
    ],
    [
      "throws at once",
      () => {
        throw new Error("no client");
      },
      "no client",
    ],
    ["gives a malformed fact", () => Promise.resolve([{ ...fact("check", "noon") }]), "its facts are malformed: 0.at Invalid ISO datetime"],
  ])("turns a collector that %s into a gap and keeps the others", async (_case, collect, because) => {
    const evidence = await gather([{ name: "failing", collect }, giving(fact("check", FROM))]);
    expect(evidence.gaps).toEqual([{ collector: "failing", because }]);
    expect(evidence.facts).toEqual([fact("check", FROM)]);
  });

  test("ends a collector that hangs when the budget is over, and cancels it", async () => {
    const clock = new FakeClock();
    const cancelled: unknown[] = [];
    const hanging: Collector = {
      name: "hanging",
      collect: ({ signal }) =>
        new Promise(() => {
          signal.addEventListener("abort", () => cancelled.push(signal.reason), { once: true });
        }),
    };
    const gathering = gather([hanging, giving(fact("check", FROM))], { clock, budgetMs: 15_000 });
    await clock.advance(14_999);
    expect(cancelled).toEqual([]);
    await clock.advance(1);
    expect((await gathering).gaps).toEqual([{ collector: "hanging", because: "no answer within 15000 ms" }]);
    expect(cancelled).toEqual([new Error("no answer within 15000 ms")]);
  });

  test("masks secrets in facts, gaps and the error, and leaves error codes alone", async () => {
    const redactor = new Redactor(["hunter22"]);
    const failing: Collector = { name: "failing", collect: () => Promise.reject(new Error("login as a:hunter22 failed")) };
    const error = toWire(new KuberaError("RESTORE_FAILED", { what: "hunter22", where: "x", because: "y", fix: "z" }));
    const evidence = await gather([failing, giving(fact("kubernetes.event", TO, { message: "token hunter22", code: "TLS_EXPIRED" }))], {
      redactor,
      about: { ...ABOUT, error },
    });
    expect(JSON.stringify(evidence)).not.toContain("hunter22");
    expect(evidence.error?.code).toBe("RESTORE_FAILED");
    expect(evidence.facts[0]?.data).toEqual({ message: "token «redacted»", code: "TLS_EXPIRED" });
  });
});

describe("the size limit", () => {
  const at = (minute: number): string => `2026-11-24T10:0${minute}:00.000Z`;
  const filler = "x".repeat(1000);
  const facts = [
    fact("kubernetes.node", at(0), { filler }),
    fact("kubernetes.event", at(1), { filler, type: "Warning" }),
    fact("kubernetes.event", at(2), { filler, type: "Normal" }),
    fact("kubernetes.event", at(3), { filler, type: "Normal" }),
    fact("http.exchange", at(4), { filler }),
  ];

  test.each([
    [100_000, [0, 1, 2, 3, 4], undefined],
    [4700, [0, 1, 2, 3], "1 of 5 facts were dropped to stay within 4700 bytes: 1 http.exchange"],
    [3500, [0, 1, 3], "2 of 5 facts were dropped to stay within 3500 bytes: 1 http.exchange, 1 kubernetes.event"],
    [1200, [0], "4 of 5 facts were dropped to stay within 1200 bytes: 1 http.exchange, 3 kubernetes.event"],
  ])("of %d bytes keeps what tells most and says what it dropped", async (maxBytes, kept, because) => {
    const evidence = await gather([giving(...facts)], { maxBytes });
    expect(evidence.facts).toEqual(kept.map((index) => facts[index]));
    expect(evidence.gaps).toEqual(because === undefined ? [] : [{ collector: "size", because }]);
    expect(JSON.stringify(evidence.facts).length).toBeLessThanOrEqual(maxBytes);
  });

  test("is 5 MB when nobody says otherwise", async () => {
    const many = Array.from({ length: 6000 }, (_, index) => fact("kubernetes.event", TO, { filler, index }));
    const evidence = await gather([giving(...many)]);
    const bytes = Buffer.byteLength(JSON.stringify(evidence.facts));
    expect(bytes).toBeLessThanOrEqual(5_000_000);
    expect(bytes).toBeGreaterThan(4_990_000);
  });
});
