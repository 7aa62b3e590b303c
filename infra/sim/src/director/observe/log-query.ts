import { isRecord, recordAt, textAt, type JsonRecord } from "../json.ts";

/** One line as the index keeps it. */
export interface LogDocument {
  readonly log: string;
  readonly cluster_uuid: string;
  readonly kubernetes: { readonly namespace_name: string; readonly pod_name: string; readonly container_name: string };
}

/** In the words of Elasticsearch: what it cannot parse. */
export class LogQueryFault extends Error {}

const valueOf = (given: unknown): string => {
  const [value] = isRecord(given) && Object.keys(given).length === 1 ? [given["value"] ?? given["query"]] : [given];
  if (typeof value === "string") return value;
  throw new LogQueryFault("a value of the query is no text");
};

const single = (clause: unknown): readonly [string, unknown] => {
  const [entry, ...more] = Object.entries(recordAt(clause));
  if (entry === undefined || more.length > 0) throw new LogQueryFault("a clause needs exactly one field");
  return entry;
};

type Test = (document: LogDocument) => boolean;

const fieldOf = (document: LogDocument, field: string): string => textAt(document, ...field.replace(/\.keyword$/, "").split(".")) ?? "";

const leaf = (clause: unknown, holds: (own: string, wanted: string) => boolean): Test => {
  const [field, given] = single(clause);
  const wanted = valueOf(given);
  return (document) => holds(fieldOf(document, field), wanted);
};

/** One clause, or a list of them. */
const clausesOf = (clause: JsonRecord, key: string): readonly unknown[] => (clause[key] === undefined ? [] : [clause[key]].flat());

const boolOf = (clause: unknown): Test => {
  if (!isRecord(clause)) throw new LogQueryFault("[bool] query malformed, an object is wanted");
  const unknown = Object.keys(clause).find((key) => key !== "must" && key !== "filter");
  if (unknown !== undefined) throw new LogQueryFault(`[bool] query does not support [${unknown}] here`);
  const tests = [...clausesOf(clause, "must"), ...clausesOf(clause, "filter")].map(testOf);
  return (document) => tests.every((test) => test(document));
};

const testOf = (query: unknown): Test => {
  const [kind, clause] = single(query);
  if (kind === "match_all") return () => true;
  if (kind === "match_phrase") return leaf(clause, (own, wanted) => own.toLowerCase().includes(wanted.toLowerCase()));
  if (kind === "term") return leaf(clause, (own, wanted) => own === wanted);
  if (kind === "prefix") return leaf(clause, (own, wanted) => own.startsWith(wanted));
  if (kind === "bool") return boolOf(clause);
  throw new LogQueryFault(`unknown query [${kind}]`);
};

const DEFAULT_SIZE = 10;

export interface LogQuery {
  readonly isWanted: Test;
  readonly size: number;
}

/** The body of `_search`: bool of must and filter, match_all, match_phrase, term, prefix. Error: `LogQueryFault` for anything else. */
export const logQueryOf = (body: unknown): LogQuery => {
  if (!isRecord(body)) throw new LogQueryFault("the body is no object");
  const unknown = Object.keys(body).find((key) => key !== "query" && key !== "size");
  if (unknown !== undefined) throw new LogQueryFault(`unknown key [${unknown}]`);
  const { query, size = DEFAULT_SIZE } = body;
  if (typeof size !== "number" || !Number.isInteger(size) || size < 0) throw new LogQueryFault("[size] is no count");
  return { isWanted: query === undefined ? () => true : testOf(query), size };
};
