import { expect, test } from "vitest";
import { simUpSchema } from "../src/sim-up.ts";

const END = { url: "https://127.0.0.1:40001" };
const UP = {
  schema: "kubera-e2e/sim-up@1",
  target: "sim",
  pid: 12,
  startedAt: "2026-05-04T09:00:00.000Z",
  folder: "/tmp/sim",
  values: "/tmp/sim/values.json",
  ca: "-----BEGIN CERTIFICATE-----",
  speed: 60,
  vsphere: END,
  registry: END,
  director: END,
  control: END,
  clusters: [{ ...END, name: "server", kubeconfig: "/tmp/sim/server.kubeconfig" }],
};

test("survives JSON as it is", () => {
  expect(simUpSchema.parse(JSON.parse(JSON.stringify(UP)))).toEqual(UP);
});

test.each([
  ["that calls itself real", { ...UP, target: "real" }],
  ["whose time stands still", { ...UP, speed: 0 }],
  ["without a door to its faults", { ...UP, control: undefined }],
  ["with a cluster that nobody can reach", { ...UP, clusters: [{ name: "server", kubeconfig: "x", url: "nowhere" }] }],
])("refuses a simulated data centre %s", (_what, up) => {
  expect(simUpSchema.safeParse(up).success).toBe(false);
});
