import type { Call } from "../call.ts";
import type { JsonRecord } from "../json.ts";
import type { Reply } from "./router.ts";

export interface Presented extends JsonRecord {
  readonly id: string;
  readonly type: string;
}

export interface Presentation {
  readonly type: string;
  /** Path below `/v3/`. */
  readonly path: string;
  readonly fields: JsonRecord & { readonly id: string };
  /** Paths below `/v3/` by name. */
  readonly links?: Readonly<Record<string, string>>;
  readonly actions?: readonly string[];
}

/** A resource: `{id, type, links, actions, …fields}` with absolute URLs. */
export const present = (call: Call, { type, path, fields, links = {}, actions = [] }: Presentation): Presented => {
  const url = (below: string): string => `${call.request.base}/v3/${below}`;
  const named = Object.entries({ self: path, ...links }).map(([name, below]) => [name, url(below)]);
  const doable = actions.map((name) => [name, `${url(path)}/?action=${name}`]);
  return { ...fields, type, baseType: type, links: Object.fromEntries(named), actions: Object.fromEntries(doable) };
};

const CONTROL = new Set(["sort", "order", "limit", "marker", "action", "include"]);
const DEFAULT_LIMIT = 1000;

/** `1n10` comes after `1n9`. */
const compare = (a: unknown, b: unknown): number => textOf(a).localeCompare(textOf(b), "en", { numeric: true, sensitivity: "base" });

const textOf = (value: unknown): string => (typeof value === "string" ? value : (JSON.stringify(value) ?? ""));

const MODIFIERS: Readonly<Record<string, (value: unknown, wanted: string) => boolean>> = {
  eq: (value, wanted) => textOf(value) === wanted,
  ne: (value, wanted) => textOf(value) !== wanted,
  lt: (value, wanted) => compare(value, wanted) < 0,
  lte: (value, wanted) => compare(value, wanted) <= 0,
  gt: (value, wanted) => compare(value, wanted) > 0,
  gte: (value, wanted) => compare(value, wanted) >= 0,
  prefix: (value, wanted) => textOf(value).startsWith(wanted),
  like: (value, wanted) => textOf(value).includes(wanted.replaceAll("%", "")),
  notlike: (value, wanted) => !textOf(value).includes(wanted.replaceAll("%", "")),
  null: (value) => value === undefined || value === null,
  notnull: (value) => value !== undefined && value !== null,
};

interface Filter {
  readonly field: string;
  readonly modifier: string;
  readonly value: string;
}

const filterOf = (key: string, value: string): Filter => {
  const cut = key.lastIndexOf("_");
  const modifier = cut < 0 ? "" : key.slice(cut + 1);
  return Object.hasOwn(MODIFIERS, modifier) ? { field: key.slice(0, cut), modifier, value } : { field: key, modifier: "eq", value };
};

/** A field that no resource of the collection has does not filter, as in the framework Director is built on. */
const filtersOf = (call: Call, items: readonly Presented[]): Filter[] =>
  [...call.request.query]
    .filter(([key]) => !CONTROL.has(key))
    .map(([key, value]) => filterOf(key, value))
    .filter(({ field }) => items.some((item) => Object.hasOwn(item, field)));

const sorted = (items: readonly Presented[], field: string, order: string): readonly Presented[] => {
  const ascending = items.toSorted((a, b) => compare(a[field], b[field]));
  return order === "desc" ? ascending.toReversed() : ascending;
};

/** A collection with the query's filters, order and page applied. */
export const collection = (call: Call, resourceType: string, items: readonly Presented[]): Reply => {
  const { query, base, segments } = call.request;
  const filters = filtersOf(call, items);
  const kept = items.filter((item) => filters.every(({ field, modifier, value }) => MODIFIERS[modifier]?.(item[field], value) ?? true));
  const name = query.get("sort") ?? "id";
  const order = query.get("order") === "desc" ? "desc" : "asc";
  const ordered = sorted(kept, name, order);
  const limit = Number(query.get("limit") ?? DEFAULT_LIMIT);
  const size = Number.isInteger(limit) && limit > 0 ? Math.min(limit, DEFAULT_LIMIT) : DEFAULT_LIMIT;
  const offset = Number(/^m(\d+)$/.exec(query.get("marker") ?? "")?.[1] ?? 0);
  const self = `${base}/${segments.join("/")}`;
  const partial = ordered.length > offset + size;
  return {
    status: 200,
    body: {
      type: "collection",
      resourceType,
      links: { self },
      data: ordered.slice(offset, offset + size),
      pagination: { limit: size, total: ordered.length, partial, ...(partial && { next: nextPage(call, self, offset + size) }) },
      sort: { name, order, reverse: `${self}?sort=${name}&order=${order === "desc" ? "asc" : "desc"}` },
      filters: Object.fromEntries(filters.map(({ field, modifier, value }) => [field, [{ modifier, value }]])),
      createDefaults: {},
      createTypes: {},
      actions: {},
    },
  };
};

const nextPage = (call: Call, self: string, offset: number): string => {
  const query = new URLSearchParams(call.request.query);
  query.set("marker", `m${offset}`);
  return `${self}?${query.toString()}`;
};

export const ok = (body: unknown): Reply => ({ status: 200, body });
export const created = (body: unknown): Reply => ({ status: 201, body });
