import { expect, test } from "vitest";
import { parseTestBed } from "@kubera-e2e/schema/parse-test-bed";
import { discoveredBed } from "../src/discovered-bed.ts";
import { guessClusters } from "../src/guess-clusters.ts";

const listed = (name: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id: `vm-${name}`,
  name,
  power: "on" as const,
  esxHost: "esx1",
  folder: "vm",
  isTemplate: false,
  snapshots: 0,
  ...more,
});

const LAB = [
  listed("lab-c1-master1", { guestHostname: "c1-master1.lab.example", guestAddress: "10.0.0.11" }),
  listed("lab-c1-worker1", { guestHostname: "c1-worker1", guestAddress: "10.0.0.12", snapshots: 2 }),
  listed("lab-c2-cp-1"),
  listed("lab-c2-node-1", { power: "off" }),
  listed("jump"),
  listed("ubuntu-worker", { isTemplate: true }),
  listed("twin-worker1"),
  listed("twin-worker1"),
];

const DISCOVERY = {
  name: "lab",
  endpoint: "https://vc.lab.example/sdk",
  trust: { pin: `sha256:${"a".repeat(64)}` },
  product: "VMware vCenter Server 7.0.3",
  machines: LAB,
};

const shape = (text: string) =>
  parseTestBed(text, "lab.yaml").clusters.map(({ name, role, vms }) => [name, role, vms.map(({ node, plane }) => `${node} ${plane}`)]);

test("writes a bed that is understood, with clusters, planes and nodes guessed from names and guests", () => {
  const text = discoveredBed(DISCOVERY);
  expect(shape(text)).toEqual([
    ["lab-c1", "server", ["c1-master1 control", "c1-worker1 worker"]],
    ["lab-c2", "member", ["lab-c2-cp-1 control", "lab-c2-node-1 worker"]],
  ]);
  expect(parseTestBed(text, "lab.yaml")).toMatchObject({ machines: { trust: DISCOVERY.trust }, director: { url: "http://10.0.0.12" } });
  expect(text).toContain(
    `      - { name: "lab-c1-worker1", node: c1-worker1, plane: worker } # on, esx1, c1-worker1, 10.0.0.12, 2 snapshots\n`,
  );
});

test("says of every VM that it leaves out why", () => {
  const { leftOut } = guessClusters(LAB);
  expect(leftOut.map(({ machine, because }) => `${machine.name} ${because}`)).toEqual([
    "jump no cluster can be read from its name",
    "ubuntu-worker is a template",
    "twin-worker1 bears a name that another VM bears too",
    "twin-worker1 bears a name that another VM bears too",
  ]);
});

test.each([
  { pattern: "lab-c2-*", clusters: ["lab-c2"] },
  { pattern: "lab-c?-*", clusters: ["lab-c1", "lab-c2"] },
  { pattern: "lab.c1*", clusters: [] },
])("takes only what fits $pattern", ({ pattern, clusters }) => {
  expect(guessClusters(LAB, pattern).clusters.map(({ name }) => name)).toEqual(clusters);
});

test.each([
  ["konvoy-c1-master1", "konvoy-c1", "control"],
  ["K3S_Server", "k3s", "control"],
  ["rke.control-plane.2", "rke", "control"],
  ["worker7", "cluster", "worker"],
])("reads %s as a VM of %s", (name, cluster, plane) => {
  expect(guessClusters([listed(name)]).clusters).toMatchObject([{ name: cluster, vms: [{ name, plane }] }]);
});

test("keeps names that YAML acts on", () => {
  const name = `a: "b" #c {d} worker1`;
  expect(parseTestBed(discoveredBed({ ...DISCOVERY, machines: [listed(name)] }), "lab.yaml").clusters[0]?.vms[0]?.name).toBe(name);
});

test("says what there is when no cluster can be read", () => {
  expect(() => discoveredBed({ ...DISCOVERY, machines: [listed("jump"), listed("ntp")] })).toThrow(
    [
      "[MACHINE_MISSING] no cluster can be read from the names of 2 VMs",
      "  where:   https://vc.lab.example/sdk",
      "  because: jump no cluster can be read from its name",
      "           ntp no cluster can be read from its name",
      "  fix:     Give another --pattern, or write the bed by hand: docs/test-beds.md. Names as lab-c1-master1 and lab-c1-worker2 are understood.",
    ].join("\n"),
  );
});
