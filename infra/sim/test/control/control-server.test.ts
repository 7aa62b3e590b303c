import { afterEach, expect, test } from "vitest";
import { startControl } from "../../src/control/control-server.ts";
import { DataCenter } from "../../src/datacenter/data-center.ts";
import { SimTime } from "../../src/datacenter/sim-time.ts";
import { simMachines } from "../../src/datacenter/topology.ts";
import { ActiveFaults } from "../../src/faults/active-faults.ts";
import { loadFaults } from "../../src/faults/fault.ts";

const TOKEN = "a-token-for-this-test";
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const start = async () => {
  const active = new ActiveFaults(new DataCenter(simMachines(), new SimTime(1000)));
  const control = await startControl({ token: TOKEN, faults: loadFaults(), active, status: () => ({ machines: 10 }) });
  closers.push(() => control.close());
  const call = async (method: string, path: string, token = TOKEN) => {
    const response = await fetch(control.url + path, { method, headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { active, call };
};

test.each([
  { method: "GET", path: "/status", status: 200, body: { machines: 10 } },
  { method: "GET", path: "/nowhere", status: 404, body: { message: "known here: /status, /faults, /faults/<id>" } },
  { method: "POST", path: "/faults/node-disk-full", status: 405, body: { message: "PUT fires a fault, DELETE clears it" } },
  { method: "DELETE", path: "/faults/node-disk-full", status: 200, body: { cleared: false } },
])("$method $path answers $status", async ({ method, path, status, body }) => {
  const { call } = await start();
  expect(await call(method, path)).toEqual({ status, body });
});

test.each(["wrong", "", `${TOKEN}x`])("lets nobody in with the token %j", async (token) => {
  const { call, active } = await start();
  expect(await call("PUT", "/faults/node-disk-full", token)).toMatchObject({ status: 401 });
  expect(active.list()).toEqual([]);
});

test("fires a fault, lists it in force and clears it", async () => {
  const { call } = await start();
  expect(await call("PUT", "/faults/node-disk-full")).toMatchObject({ status: 200, body: { id: "node-disk-full" } });
  expect((await call("GET", "/faults")).body["active"]).toMatchObject([{ id: "node-disk-full" }]);
  expect(await call("DELETE", "/faults/node-disk-full")).toEqual({ status: 200, body: { cleared: true } });
  expect((await call("GET", "/faults")).body["active"]).toEqual([]);
});

test("answers an unknown fault with 404 and the nearest name", async () => {
  const { call } = await start();
  const answer = await call("PUT", "/faults/node-disk-fall");
  expect(answer.status).toBe(404);
  expect(answer.body["message"]).toContain("Did you mean node-disk-full?");
});
