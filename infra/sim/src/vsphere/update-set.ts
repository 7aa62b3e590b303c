import type { Collected } from "./collect.ts";
import { fingerprint } from "./render.ts";
import { anything, data, enumeration, list, type Data, type Ref, type Value } from "./value.ts";

interface SeenObject {
  readonly ref: Ref;
  readonly prints: ReadonlyMap<string, string>;
}

/** What a filter showed at one version: objects by id, and a print of each property. */
export type Seen = ReadonlyMap<string, SeenObject>;

export const NOTHING_SEEN: Seen = new Map();

const change = (name: string, value: Value | undefined): Data =>
  data("PropertyChange", {
    name,
    op: enumeration("PropertyChangeOp", value === undefined ? "remove" : "assign"),
    val: value === undefined ? undefined : anything(value),
  });

const update = (kind: "enter" | "modify" | "leave", obj: Ref, changes: readonly Data[]): Data =>
  data("ObjectUpdate", { kind: enumeration("ObjectUpdateKind", kind), obj, changeSet: list("PropertyChange", changes) });

const printsOf = (values: ReadonlyMap<string, Value>): Map<string, string> =>
  new Map([...values].map(([name, value]) => [name, fingerprint(value)]));

const changesSince = (before: SeenObject, now: Collected, prints: ReadonlyMap<string, string>): Data[] => {
  const assigned = [...now.values].filter(([name]) => before.prints.get(name) !== prints.get(name));
  const removed = [...before.prints.keys()].filter((name) => !prints.has(name));
  return [...assigned.map(([name, value]) => change(name, value)), ...removed.map((name) => change(name, undefined))];
};

const updateOf = (before: SeenObject | undefined, now: Collected, prints: ReadonlyMap<string, string>): Data | undefined => {
  if (before === undefined)
    return update(
      "enter",
      now.object.ref,
      [...now.values].map(([name, value]) => change(name, value)),
    );
  const changes = changesSince(before, now, prints);
  return changes.length === 0 ? undefined : update("modify", now.object.ref, changes);
};

/** ObjectUpdates between what was seen and what is; `limit` leaves the rest for the next call. */
export const difference = (
  before: Seen,
  now: readonly Collected[],
  limit: number,
): { readonly updates: readonly Data[]; readonly seen: Seen; readonly truncated: boolean } => {
  const seen = new Map<string, SeenObject>(before);
  const updates: Data[] = [];
  let truncated = false;
  const add = (found: Data | undefined, take: () => void): void => {
    if (found === undefined) return;
    if (updates.length >= limit) truncated = true;
    else {
      updates.push(found);
      take();
    }
  };
  for (const collected of now) {
    const { ref } = collected.object;
    const prints = printsOf(collected.values);
    add(updateOf(before.get(ref.id), collected, prints), () => seen.set(ref.id, { ref, prints }));
  }
  const present = new Set(now.map((collected) => collected.object.ref.id));
  for (const [id, { ref }] of before) {
    if (!present.has(id)) add(update("leave", ref, []), () => seen.delete(id));
  }
  return { updates, seen, truncated };
};
