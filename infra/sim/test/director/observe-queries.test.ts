import { describe, expect, test } from "vitest";
import { logQueryOf, LogQueryFault } from "../../src/director/observe/log-query.ts";
import { evaluate } from "../../src/director/observe/promql.ts";

const sample = (pvc: string, job: string, value: number) => ({ name: "size", labels: { pvc, job }, value, atMs: 5000 });
const SAMPLES = [sample("a", "one", 1), sample("b", "one", 2), sample("c", "two", 4)];

describe("a query of metrics", () => {
  test.each([
    { query: "size", values: [1, 2, 4] },
    { query: 'size{pvc="b"}', values: [2] },
    { query: 'size{job!="one"}', values: [4] },
    { query: 'size{pvc=~"a|c", job="one"}', values: [1] },
    { query: 'size{pvc!~"a|c"}', values: [2] },
    { query: "other", values: [] },
    { query: "sum(size)", values: [7] },
    { query: "sum by (job) (size)", values: [3, 4] },
    { query: "max(size) by (job)", values: [2, 4] },
    { query: "count(size)", values: [3] },
    { query: "min(size)", values: [1] },
    { query: 'timestamp(size{pvc="a"})', values: [5] },
  ])("$query is answered", ({ query, values }) => {
    expect(evaluate(query, SAMPLES).map(({ value }) => value)).toEqual(values);
  });

  test.each([
    "",
    "size{",
    "size{pvc=b}",
    "rate(size[5m])",
    "size > 1",
    "avg(size)",
    'size{pvc=~"("}',
    'size{pvc="a\\\\b"}',
    "timestamp by (job) (size)",
    "sum by (job) (size) by (pvc)",
  ])("%j is refused", (query) => {
    expect(() => evaluate(query, SAMPLES)).toThrow(/parse error/);
  });
});

const LINE = {
  log: "Pool is ready",
  cluster_uuid: "1c2",
  kubernetes: { namespace_name: "openebs", pod_name: "cspc-operator-1", container_name: "cspc-operator" },
};

describe("a search of logs", () => {
  test.each([
    { query: { match_all: {} }, found: true },
    { query: { match_phrase: { log: "pool IS" } }, found: true },
    { query: { match_phrase: { log: "is pool" } }, found: false },
    { query: { term: { "cluster_uuid.keyword": "1c2" } }, found: true },
    { query: { term: { cluster_uuid: "1c" } }, found: false },
    { query: { prefix: { "kubernetes.pod_name": "cspc-" } }, found: true },
    { query: { bool: { filter: { term: { cluster_uuid: "other" } } } }, found: false },
    { query: { bool: { must: [{ match_all: {} }], filter: [{ term: { cluster_uuid: "other" } }] } }, found: false },
  ])("$query finds the line: $found", ({ query, found }) => {
    expect(logQueryOf({ query }).isWanted(LINE)).toBe(found);
  });

  test.each([
    { query: { fuzzy: { log: "x" } } },
    { query: { bool: { should: [] } } },
    { query: {} },
    { sort: [] },
    { query: { term: { cluster_uuid: 1 } } },
    { query: { term: { cluster_uuid: { value: "1c2", case_insensitive: true } } } },
    { query: { bool: "x" } },
    { query: { bool: { must: "x" } } },
    { size: "10" },
    { size: -1 },
    "nothing",
  ])("%j is refused", (body) => {
    expect(() => logQueryOf(body)).toThrow(LogQueryFault);
  });
});
