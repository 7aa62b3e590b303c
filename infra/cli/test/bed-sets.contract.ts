import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT, runE2e } from "./run-e2e.ts";
import { openSimPlace, type SimPlace } from "./sim-place.ts";

/** The command of a node writes down which one it was for; what it prints is progress. */
const STEP = `renew:
  steps:
    - { name: certificates, each: control, argv: [node, -e, 'require("fs").appendFileSync(process.argv[1], process.argv[2] + "\\n"); console.log("renewed")', LOG, "{node}"] }
`;

describe("the sets of a bed", () => {
  let place: SimPlace;
  let log: string;
  let e2e: (...args: readonly string[]) => ReturnType<typeof runE2e>;

  beforeAll(async () => {
    place = await openSimPlace();
    const config = join(place.workplace.root, "config");
    log = join(place.workplace.root, "renewed.txt");
    mkdirSync(join(config, "testbeds"), { recursive: true });
    const declared = readFileSync(join(ROOT, "infra", "testbeds", "sim.yaml"), "utf8");
    writeFileSync(join(config, "testbeds", "sim.yaml"), declared + STEP.replace("LOG", JSON.stringify(log)));
    e2e = (...args) => runE2e({ ...place.environment, KUBERA_CONFIG: config }, ["bed", ...args]);
  });
  afterAll(() => place.close());

  test("are renewed after a printed plan, which a dry run only prints", async () => {
    const planned = await e2e("renew", "sim", "--state", "bare", "--dry-run");
    expect([planned.code, planned.err]).toEqual([0, ""]);
    expect(planned.out).toMatch(/^renew sim bare, set \S+/);
    expect(planned.out).toContain("certificates: node -e");
    const renewed = await e2e("renew", "sim", "--state", "bare", "--yes", "--json");
    expect(renewed.code, renewed.err).toBe(0);
    const { state, set, dropped } = JSON.parse(renewed.out) as Record<"state" | "set" | "dropped", string>;
    expect(state).toBe("bare");
    expect(planned.out).toContain(`set ${dropped}\n`);
    expect(set).not.toBe(dropped);
    expect(readFileSync(log, "utf8").split("\n").toSorted()).toEqual(["", "member-master1", "server-master1"]);
    expect(renewed.err).toContain("renewed");
    const plan = JSON.parse((await e2e("plan", "sim", "--state", "bare", "--json")).out) as { manifest: { set: string } };
    expect(plan.manifest.set).toBe(set);
  });

  test("are dropped by name, and only when there is such a one", async () => {
    const absent = await e2e("gc", "sim", "--drop", "openebs@9.9.9", "--yes");
    expect([absent.code, absent.out]).toEqual([2, ""]);
    expect(absent.err).toContain("openebs@9.9.9");
    const kept = await e2e("gc", "sim", "--drop", "bare", "--yes");
    expect(kept.code, kept.err).toBe(0);
    expect(kept.out).toContain("the bed runs on it");
    expect(await e2e("snapshot", "sim", "--state", "bare", "--yes")).toMatchObject({ code: 0 });
    const dropped = await e2e("gc", "sim", "--drop", "bare", "--yes");
    expect([dropped.code, dropped.out]).toEqual([0, "sim: 1 of its sets removed, 1 stay\n"]);
    expect((await e2e("restore", "sim", "--state", "bare", "--yes")).code).toBe(0);
  });
});
