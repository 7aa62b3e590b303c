import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readFile } from "node:fs/promises";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { newDisk } from "../../src/datacenter/disk.ts";
import { Machine } from "../../src/datacenter/machine.ts";
import { Database, DatabaseGone, type DatabaseState } from "../../src/director/database.ts";
import { bytesOf } from "../../src/director/pool-recommendation.ts";
import { compareVersions } from "../../src/director/openebs-version.ts";
import { dataDevices, isValidGroup } from "../../src/director/raid.ts";
import { sessionAccount, sessionToken } from "../../src/director/secrets.ts";
import { mayaInit } from "../../src/director/programs/wait-for.ts";
import { createStore, type EtcdStore } from "../../src/kubernetes/etcd-store.ts";
import type { ProgramContext } from "../../src/kubernetes/program.ts";

describe("the database", () => {
  const opened = (stored?: unknown) => {
    const volume: { data: unknown } = { data: stored };
    const write = (state: DatabaseState): void => {
      volume.data = state;
    };
    return { volume, db: new Database({ read: () => volume.data, write, now: () => 0 }) };
  };

  it("writes each change to the volume as plain JSON and never changes what it wrote", () => {
    const { volume, db } = opened();
    const first = volume.data;
    const copy = JSON.stringify(first);
    const { id } = db.insert("templates", { version: "1.0.0" });
    db.update("templates", id, { version: "1.0.1" });
    expect(JSON.stringify(first)).toBe(copy);
    expect(JSON.parse(JSON.stringify(volume.data))).toEqual(volume.data);
    expect(opened(volume.data).db.list("templates")).toEqual([{ id: "1ot1", created: "1970-01-01T00:00:00.000Z", version: "1.0.1" }]);
  });

  it("never gives an id again, and shares the letter of accounts and groups", () => {
    const { db } = opened();
    const ids = [db.insert("templates", { version: "a" }).id, db.insert("groups", { name: "ProjectAccount", projectId: "1p1" }).id];
    db.remove("templates", ids[0] ?? "");
    expect([...ids, db.insert("templates", { version: "b" }).id]).toEqual(["1ot1", "1a1", "1ot2"]);
  });

  it("refuses a volume of something else, and any use after its end", () => {
    expect(() => opened({ schema: "other" })).toThrow("the volume holds something else than the schema maya@1");
    const { db } = opened();
    db.close();
    expect(() => db.list("accounts")).toThrow(DatabaseGone);
    expect(() => db.insert("templates", { version: "a" })).toThrow(DatabaseGone);
  });
});

describe("session tokens", () => {
  const token = sessionToken({ accountId: "1a1", expiresAtMs: 10_000 }, "key", 0);
  it.each([
    ["of this installation", token, "key", 9999, "1a1"],
    ["that expired", token, "key", 10_000, undefined],
    ["of another installation", token, "other", 0, undefined],
    ["that was changed", token.replace(/^./, "x"), "key", 0, undefined],
    ["that is none", "", "key", 0, undefined],
  ] as const)("%s", (...[, text, key, now, account]) => {
    expect(sessionAccount(text, key, now)).toBe(account);
  });
});

describe("RAID groups", () => {
  it.each([
    ["stripe", [1, 2, 7], [0, -1, 1.5]],
    ["mirror", [2], [1, 3, 4]],
    ["raidz", [3, 5, 9, 17], [1, 2, 4, 6]],
    ["raidz2", [6, 10, 18], [3, 4, 5, 8]],
    ["raid5", [], [1, 2, 3]],
    ["constructor", [], [1]],
  ])("%s takes %j devices, not %j", (type, valid, invalid) => {
    expect(valid.filter((count) => !isValidGroup({ type, count }))).toEqual([]);
    expect(invalid.filter((count) => isValidGroup({ type, count }))).toEqual([]);
  });

  it.each([
    [{ type: "stripe", count: 4 }, 4],
    [{ type: "mirror", count: 2 }, 1],
    [{ type: "raidz", count: 5 }, 4],
    [{ type: "raidz2", count: 6 }, 4],
  ])("%j keeps data on %i devices", (raid, data) => {
    expect(dataDevices(raid)).toBe(data);
  });
});

it.each([
  ["1G", 1e9],
  ["25Gi", 25 * 1024 ** 3],
  ["100", 100],
  ["1.5K", 1500],
  ["a lot", undefined],
  ["-1G", undefined],
])("capacity %s is %j bytes", (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});

it.each([
  ["1.12.0-ee", "2.0.0-ee", -1],
  ["1.9.0", "1.12.0", -1],
  ["2.0.0-ee", "2.0.0", 0],
  ["2.0.1", "2.0.0", 1],
])("version %s against %s is %i", (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});

describe("maya-init", () => {
  const contextOf = (store: EtcdStore, args: readonly string[], signal: AbortSignal): ProgramContext => {
    const time = new SimTime(100);
    const spec = { id: "vm-1", name: "n", cluster: "server", node: "n", plane: "worker", esxHost: "e", diskGib: 1 } as const;
    const metadata = { name: "p", namespace: "default", uid: "u", resourceVersion: "1", creationTimestamp: "" };
    return {
      cluster: "server",
      store,
      pod: { apiVersion: "v1", kind: "Pod", metadata },
      container: "wait-for",
      image: "mayadata/maya-init:1.12.0",
      args,
      env: {},
      machine: new Machine(spec, time),
      time,
      signal,
      readVolume: () => undefined,
      writeVolume: () => {},
      log: () => {},
    };
  };

  const serve = (store: EtcdStore, name: string, addresses: readonly unknown[]): void => {
    store.create(store.resource("Endpoints"), {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name, namespace: "default" },
      subsets: [{ addresses }],
    });
  };

  it("ends with 0 once every service has a ready endpoint, and not before", async () => {
    const store = createStore(newDisk(1).etcd);
    const program = mayaInit.start(contextOf(store, ["wait-for", "mysql", "cassandra"], new AbortController().signal));
    let hasEnded = false;
    const ended = program.ended?.then((end) => {
      hasEnded = true;
      return end;
    });
    serve(store, "mysql", [{ ip: "10.0.0.1" }]);
    serve(store, "other", [{ ip: "10.0.0.2" }]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(hasEnded).toBe(false);
    serve(store, "cassandra", [{ ip: "10.0.0.3" }]);
    expect(await ended).toEqual({ exitCode: 0 });
  });

  it("ends when its container is stopped", async () => {
    const abort = new AbortController();
    const program = mayaInit.start(contextOf(createStore(newDisk(1).etcd), ["wait-for", "mysql"], abort.signal));
    abort.abort();
    expect(await program.ended).toEqual({ exitCode: 143 });
  });

  it.each([
    [["sleep", "1"], "unknown command sleep: expected wait-for <service> [<service> …]"],
    [[], "unknown command (none): expected wait-for <service> [<service> …]"],
    [["wait-for"], "wait-for needs the name of a service"],
  ])("refuses the arguments %j", async (args, message) => {
    const program = mayaInit.start(contextOf(createStore(newDisk(1).etcd), args, new AbortController().signal));
    expect(await program.ended).toEqual({ exitCode: 2, message });
  });
});

it("keeps every assumption with an id of its own, a question and an answer", async () => {
  const text = await readFile(new URL("../../assumptions.yaml", import.meta.url), "utf8");
  const { assumptions } = parse(text) as { assumptions: { id: string; question: string; sim: string }[] };
  expect(assumptions.filter(({ id, question, sim }) => !/^A-[A-Z0-9-]+$/.test(id) || !question.endsWith("?") || sim === "")).toEqual([]);
  expect(new Set(assumptions.map(({ id }) => id)).size).toBe(assumptions.length);
});
