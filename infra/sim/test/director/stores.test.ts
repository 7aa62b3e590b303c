import { describe, expect, it } from "vitest";
import { LogIndex, type LogStream } from "../../src/director/observe/log-index.ts";
import { SampleStore } from "../../src/director/observe/sample-store.ts";

/** A volume that outlives who serves it. */
const volume = () => {
  let data: unknown;
  const files = { read: () => data, write: (state: unknown) => void (data = state) };
  return { files, data: () => data, fill: (given: unknown) => (data = given) };
};

const SAMPLE = { name: "size", labels: { pvc: "a" }, value: 1 };
const push = (atMs: number, projectId = "1p1") => ({ clusterId: "1c1", projectId, atMs });

describe("metrics on Cassandra's volume", () => {
  const opened = () => {
    const disk = volume();
    return { ...disk, open: () => new SampleStore({ ...disk.files, lookBackMs: 100 }) };
  };

  it("are there for the next who serves them, each push at its moment", () => {
    const { open } = opened();
    const first = open();
    first.write(push(1000), [SAMPLE]);
    first.write(push(1050), [{ ...SAMPLE, value: 2 }]);
    const second = open();
    const valuesAt = (atMs?: number): readonly number[] => second.read("1p1", atMs).map(({ value }) => value);
    expect([valuesAt(), valuesAt(1050), valuesAt(1049), valuesAt(999)]).toEqual([[2], [2], [1], []]);
    expect([valuesAt(1149), valuesAt(1150)], "as far back as is looked").toEqual([[2], []]);
    expect(second.read("1p2")).toEqual([]);
  });

  it("are never changed in place, and end with the thirty-first look without a push", () => {
    const { open, data } = opened();
    const store = open();
    store.write(push(1000), [SAMPLE]);
    const before = data();
    const copy = JSON.stringify(before);
    for (let look = 0; look < 30; look += 1) store.look();
    expect(store.read("1p1")).toHaveLength(1);
    store.look();
    expect(store.read("1p1")).toEqual([]);
    store.write(push(2000), [SAMPLE]);
    expect(store.read("1p1")).toHaveLength(1);
    expect(JSON.stringify(before)).toBe(copy);
  });

  it("are of the last 4000 pushes", () => {
    const { open } = opened();
    const store = open();
    for (let atMs = 1; atMs <= 4001; atMs += 1) store.write(push(atMs), [SAMPLE]);
    expect([store.read("1p1", 1).length, store.read("1p1", 2).length]).toEqual([0, 1]);
  });

  it("are not read from a volume of something else", () => {
    const { fill, open } = opened();
    fill({ schema: "maya@1" });
    expect(open).toThrow("the volume holds something else than the schema cortex@1");
  });
});

describe("lines on Elasticsearch's volume", () => {
  const kubernetes = { namespace_name: "default", pod_name: "p", container_name: "c" };
  const stream = (...lines: readonly string[]): LogStream => ({ id: "1c1/u/c/run", clusterId: "1c1", kubernetes, lines });
  const found = (index: LogIndex, cluster = "1c1"): readonly string[] => index.documents(new Set([cluster])).map(({ log }) => log);

  it("are there for the next who serves them, and grow with their container", () => {
    const { files } = volume();
    const first = new LogIndex(files);
    first.keep([stream("a", "b")]);
    first.keep([stream("a")]);
    expect(found(first)).toEqual(["a", "b"]);
    first.keep([stream("a", "b", "c"), { ...stream("z"), id: "1c1/u/c/next" }]);
    const second = new LogIndex(files);
    expect(found(second)).toEqual(["a", "b", "c", "z"]);
    expect(found(second, "1c2")).toEqual([]);
  });

  it("are written once, and not read from a volume of something else", () => {
    const { files, data, fill } = volume();
    const index = new LogIndex(files);
    index.keep([stream("a")]);
    const before = data();
    index.keep([stream("a")]);
    expect(data()).toBe(before);
    fill({ schema: "cortex@1" });
    expect(() => new LogIndex(files)).toThrow("the volume holds something else than the schema logs@1");
  });
});
