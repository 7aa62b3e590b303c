import { expect, test } from "vitest";
import { directorName, nameInDirector } from "../src/director-name.ts";

test.each([
  ["sim", "member", "sim-member"],
  ["a", "b", "a-b000"],
  ["a-bed-with-a-very-long-name", "c1", "a-bed-with-a-very-lon-c1"],
  ["a-bed-with-a-very-long-name", "c2", "a-bed-with-a-very-lon-c2"],
  ["lab", "a-cluster-with-a-name-of-its-own", "er-with-a-name-of-its-own".slice(-24)],
])("the cluster of bed %s called %s is known to Director as %s", (...[bed, cluster, name]) => {
  expect(directorName(bed, cluster)).toBe(name);
  expect(name.length).toBeGreaterThanOrEqual(6);
  expect(name.length).toBeLessThanOrEqual(24);
});

test.each([
  ["server", "OpenEBSDirector"],
  ["member", "sim-member"],
] as const)("the cluster %s of a bed is %s to Director", (name, known) => {
  const clusters = (["server", "member"] as const).map((role) => ({ name: role, role, kubeconfig: "", vms: [] }));
  expect(nameInDirector({ name: "sim", clusters }, name)).toBe(known);
});
