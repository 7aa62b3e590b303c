import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { describe, expect, test } from "vitest";
import { knownReleases, loadRelease } from "../src/load-release.ts";
import { releaseProfileSchema, startOrder } from "../src/release-profile.ts";

const SERVICES_OF_THE_FIELD = [
  "alertmanager alertstore alertstore-tablemanager cassandra chat-server cloud-agent-service configs",
  "configs-db consul distributor ingester maya-grafana-service maya-io maya-ui memcached mysql",
  "od-elasticsearch-logging od-kibana-logging querier ruler table-manager",
].flatMap((line) => line.split(" "));

describe.each(["1.11.0", "1.12.0"])("profile of Director %s", (release) => {
  const profile = loadRelease(release);

  test("names its release and the 21 services the field asserts", () => {
    expect(profile.release).toBe(release);
    expect(profile.services.map(({ name }) => name).toSorted()).toEqual(SERVICES_OF_THE_FIELD.toSorted());
  });

  test("has headless services for cassandra and memcached only", () => {
    expect(profile.services.filter(({ headless }) => headless).map(({ name }) => name)).toEqual(["memcached", "cassandra"]);
  });

  test("starts databases first and maya-io before what alerts", () => {
    const order = startOrder(profile);
    const wave = (name: string): number => order.findIndex((names) => names.includes(name));
    expect(wave("mysql")).toBe(0);
    expect(wave("cassandra")).toBe(0);
    expect(wave("alertstore-tablemanager")).toBe(1);
    expect(wave("maya-io")).toBe(2);
    expect(wave("alertmanager")).toBe(3);
    expect(wave("ruler")).toBe(4);
    expect(order.flat()).toHaveLength(profile.workloads.length);
  });
});

test("lists the releases it knows, oldest first", () => {
  expect(knownReleases()).toEqual(["1.11.0", "1.12.0"]);
});

test.each([
  ["1.12.0", ["2.0.0-ee", "1.12.0-ee"]],
  ["1.11.0", ["1.12.0-ee", "1.11.0-ee"]],
])("Director %s offers OpenEBS %j", (release, templates) => {
  expect(loadRelease(release).openebs.templates).toEqual(templates);
  expect(loadRelease(release).openebs.components).toHaveLength(10);
});

test.each(["1.13.0", "", "../package", "latest"])("refuses release %j, naming those it knows", (release) => {
  expect(() => loadRelease(release)).toThrow(
    new KuberaError("RELEASE_UNKNOWN", {
      what: `Director ${release} has no release profile`,
      where: "infra/director/releases",
      because: "profiles exist for 1.11.0, 1.12.0",
      fix: `Set KUBERA_BUILD to one of them, or add infra/director/releases/${release}.yaml; "like: 1.12.0" states only what differs.`,
    }),
  );
});

const faultsOf = (change: Record<string, unknown>): string[] => {
  const parsed = releaseProfileSchema.safeParse({ ...loadRelease("1.12.0"), ...change });
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
};

const workload = (name: string, waitsFor: string[]): Record<string, unknown> => ({
  name,
  kind: "Deployment",
  labels: { name },
  image: name,
  ports: [80],
  waitsFor,
});

test.each([
  {
    fault: "a circle",
    workloads: [workload("a", ["b"]), workload("b", ["a"])],
    services: [
      { name: "a", workload: "a" },
      { name: "b", workload: "b" },
    ],
    says: ["workloads: these wait for one another in a circle: a, b"],
  },
  {
    fault: "a service that nobody offers",
    workloads: [workload("a", ["ghost"])],
    services: [{ name: "a", workload: "a" }],
    says: ['workloads.0.waitsFor: no service is called "ghost"'],
  },
  {
    fault: "a service without a workload",
    workloads: [workload("a", [])],
    services: [{ name: "a", workload: "ghost" }],
    says: ['services.0.workload: no workload is called "ghost"'],
  },
])("refuses a profile with $fault", ({ workloads, services, says }) => {
  expect(faultsOf({ workloads, services })).toEqual(says);
});
