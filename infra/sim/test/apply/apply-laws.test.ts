import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applied, type Applied } from "../../src/kubernetes/fields/apply.ts";
import { builtInType } from "../../src/kubernetes/fields/built-in-type.ts";
import {
  decodedFields,
  difference,
  encodedFields,
  intersection,
  pathsOf,
  pathText,
  union,
  type FieldSet,
} from "../../src/kubernetes/fields/field-set.ts";
import { decodedManagers, encodedManagers, type Manager } from "../../src/kubernetes/fields/managers.ts";
import type { Fields } from "../../src/kubernetes/fields/parts.ts";
import { fieldsIn, merged, without } from "../../src/kubernetes/fields/walks.ts";
import { sameJson } from "../../src/kubernetes/plain-json.ts";

const POD = builtInType("Pod");

const named = <T extends object>(names: readonly string[], rest: fc.Arbitrary<T>): fc.Arbitrary<(T & { name: string })[]> =>
  fc
    .uniqueArray(fc.tuple(fc.constantFrom(...names), rest), { selector: ([name]) => name, minLength: 1 })
    .map((entries) => entries.map(([name, fields]) => ({ name, ...fields })));

const texts = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.constantFrom("1", "2"), { minKeys: 1 });
const env = named(["A", "B"], fc.record({ value: fc.constantFrom("1", "2") }));
const containers = named(["main", "side"], fc.record({ image: fc.constantFrom("x", "y"), env }, { requiredKeys: ["image"] }));
const spec = fc.record(
  { containers, nodeSelector: texts, priority: fc.constantFrom(1, 2), schedulerName: fc.constant("s") },
  { requiredKeys: ["priority"] },
);
const metadata = fc.record(
  { labels: texts, finalizers: fc.uniqueArray(fc.constantFrom("x/a", "x/b"), { minLength: 1 }) },
  { requiredKeys: ["labels"] },
);
const config: fc.Arbitrary<Fields> = fc.record({ metadata, spec });
const step: fc.Arbitrary<Step> = fc.record({ manager: fc.constantFrom("alice", "bob", "carol"), config });

interface Step {
  readonly manager: string;
  readonly config: Fields;
}

interface World {
  readonly object: Fields;
  readonly managers: readonly Manager[];
}

const EMPTY: World = { object: {}, managers: [] };

const attempt = (world: World, { manager, config: wanted }: Step, force: boolean): Applied =>
  applied({
    type: POD,
    live: world.object,
    managers: world.managers,
    config: wanted,
    writer: { manager, apiVersion: "v1" },
    reach: "all",
    force,
    now: "2026-01-01T00:00:00Z",
  });

const put = (world: World, one: Step): Applied => attempt(world, one, true);

const after = (steps: readonly Step[]): World => steps.reduce<World>(put, EMPTY);

const isEmpty = (set: FieldSet): boolean => set.size === 0;

fc.configureGlobal({ numRuns: 50 });

describe("the laws of server-side apply", () => {
  it("changes nothing when a manager applies the same again", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), step, (steps, last) => {
        const once = put(after(steps), last);
        const twice = attempt(once, last, false);
        expect(twice.conflicts).toEqual([]);
        expect(sameJson(twice.object, once.object)).toBe(true);
        expect(encodedManagers(twice.managers)).toEqual(encodedManagers(once.managers));
      }),
    );
  });

  it("gives the applier what it asked for, and ownership of just that", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), step, (steps, last) => {
        const { object, managers } = put(after(steps), last);
        expect(sameJson(merged(POD, object, last.config), object)).toBe(true);
        const own = managers.find(({ manager }) => manager === last.manager)?.fields ?? new Map();
        expect(encodedFields(own)).toEqual(encodedFields(fieldsIn(POD, last.config)));
      }),
    );
  });

  it("owns every field as long as all is applied, and none that is not there", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
        const { object, managers } = after(steps);
        const all = managers.reduce<FieldSet>((sum, { fields }) => union(sum, fields), new Map());
        expect(encodedFields(all)).toEqual(encodedFields(fieldsIn(POD, object)));
      }),
    );
  });

  it("removes what only one manager owned when it applies it no more, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), fc.constantFrom("alice", "bob", "carol"), (steps, leaver) => {
        const before = after(steps);
        const left = put(before, { manager: leaver, config: {} });
        const others = before.managers.filter(({ manager }) => manager !== leaver);
        const kept = others.reduce<FieldSet>((sum, { fields }) => union(sum, fields), new Map());
        fc.pre(kept.size > 0);
        expect(encodedFields(fieldsIn(POD, left.object))).toEqual(encodedFields(kept));
      }),
    );
  });

  it("conflicts exactly when a field of another gets another value", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), step, (steps, last) => {
        const world = after(steps);
        const { conflicts } = attempt(world, last, false);
        const others = world.managers.filter(({ manager }) => manager !== last.manager);
        const forced = put(world, last);
        const lost = others.filter(({ manager, fields }) => {
          const now = forced.managers.find((candidate) => candidate.manager === manager)?.fields ?? new Map();
          return !isEmpty(difference(fields, now));
        });
        expect([...new Set(conflicts.map(({ manager }) => manager.manager))].toSorted()).toEqual(
          lost.map(({ manager }) => manager).toSorted(),
        );
      }),
    );
  });

  it("writes owners as FieldsV1 and reads them again", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 4 }), (steps) => {
        const entries = encodedManagers(after(steps).managers);
        expect(encodedManagers(decodedManagers(JSON.parse(JSON.stringify(entries ?? []))) ?? [])).toEqual(entries);
      }),
    );
  });

  it("takes a set of fields out of a value and leaves the rest", () => {
    fc.assert(
      fc.property(config, config, (value, other) => {
        const gone = fieldsIn(POD, other);
        const rest = fieldsIn(POD, without(POD, value, gone));
        expect(pathsOf(intersection(rest, gone)).map(pathText)).toEqual([]);
      }),
    );
  });
});

describe("FieldsV1", () => {
  it.each([
    ["a leaf", { "f:a": {} }, [".a"]],
    ["a structure that is owned itself", { "f:a": { ".": {}, "f:b": {} } }, [".a", ".a.b"]],
    ["an entry by keys", { "f:a": { 'k:{"n":"x","p":1}': { "f:v": {} } } }, ['.a[n="x",p=1].v']],
    ["an entry by value", { "f:a": { 'v:"x"': {} } }, ['.a[="x"]']],
  ])("reads %s", (_title, fields, paths) => {
    const set = decodedFields(fields);
    expect(set === undefined ? undefined : pathsOf(set).map(pathText)).toEqual(paths);
    expect(set === undefined ? undefined : encodedFields(set)).toEqual(fields);
  });

  it.each([
    ["no object", []],
    ["an unknown element", { "x:a": {} }],
    ["a bare value", { "f:a": 1 }],
  ])("refuses %s", (_title, fields) => {
    expect(decodedFields(fields)).toBeUndefined();
  });
});
