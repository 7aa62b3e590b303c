import { FakeClock } from "@kubera-e2e/schema/clock";
import { KuberaError } from "@kubera-e2e/schema/kubera-error";
import { expect, test } from "vitest";
import { runChecks, type Check } from "../src/index.ts";

const check = (id: string, run: Check["run"] = async () => ({ status: "ok", measured: "fine" })): Check => ({
  id,
  title: `title of ${id}`,
  run,
});
const idsOf = (reports: readonly { readonly id: string }[]): string[] => reports.map(({ id }) => id);

test.each([
  { name: "all", options: {}, ids: ["a", "b", "c"] },
  { name: "only some", options: { only: ["c", "a"] }, ids: ["a", "c"] },
  { name: "all but one", options: { skip: ["b"] }, ids: ["a", "c"] },
  { name: "only some, without one of them", options: { only: ["a", "b"], skip: ["b"] }, ids: ["a"] },
])("runs $name in their order", async ({ options, ids }) => {
  expect(idsOf(await runChecks([check("a"), check("b"), check("c")], options))).toEqual(ids);
});

test("refuses ids that no check has, with exact text", async () => {
  await expect(runChecks([check("node-disk"), check("nodes-ready")], { only: ["node-disc"], skip: ["weather"] })).rejects.toThrow(
    new KuberaError("USAGE", {
      what: "no check is called node-disc, weather",
      where: "--only or --skip",
      because: "checks here: node-disk, nodes-ready",
      fix: "node-disc: did you mean node-disk? weather: did you mean one of those above?",
    }),
  );
});

test.each([{ only: [] }, { only: ["node-disk"], skip: ["node-disk"] }, { skip: ["node-disk"] }])(
  "refuses to check nothing: %j",
  async (options) => {
    await expect(runChecks([check("node-disk")], options)).rejects.toThrow(
      new KuberaError("USAGE", {
        what: "no check is left to run",
        where: "--only and --skip",
        because: "a bed that nothing was asked of would look healthy",
        fix: "Name at least one: node-disk.",
      }),
    );
  },
);

test("has nothing to say of a bed without checks", async () => {
  expect(await runChecks([])).toEqual([]);
});

test("runs them all at once", async () => {
  let running = 0;
  let most = 0;
  const busy: Check["run"] = async ({ clock, signal }) => {
    most = Math.max(most, (running += 1));
    await clock.sleep(5, signal);
    running -= 1;
    return { status: "ok", measured: "fine" };
  };
  await runChecks([check("a", busy), check("b", busy), check("c", busy)]);
  expect(most).toBe(3);
});

test("takes one that throws for unknown, and the others as they are", async () => {
  const refused = new KuberaError("CONNECTION_REFUSED", { what: "nothing listens", where: "w", because: "ECONNREFUSED", fix: "Start it." });
  const reports = await runChecks([
    check("a", () => Promise.reject(refused)),
    check("b", () => Promise.reject(new Error("a defect"))),
    check("c"),
  ]);
  expect(reports).toMatchObject([
    { status: "unknown", measured: "nothing listens: ECONNREFUSED", remedy: "Start it." },
    { status: "unknown", measured: "Error: a defect" },
    { status: "ok" },
  ]);
});

test("gives each its own deadline, and aborts the one that misses it", async () => {
  const clock = new FakeClock();
  let aborted = false;
  const slow: Check = {
    ...check("slow", ({ signal }) => {
      signal.addEventListener("abort", () => (aborted = true));
      return new Promise(() => {});
    }),
    deadlineMs: 3000,
  };
  const reports = runChecks([slow, check("quick")], { clock });
  await clock.advance(3000);
  expect(await reports).toMatchObject([{ status: "unknown", measured: "no answer within 3 s", durationMs: 3000 }, { status: "ok" }]);
  expect(aborted).toBe(true);
});

test("lets a check ask any number of things at once without a warning of the platform", async () => {
  const warnings: Error[] = [];
  const note = (warning: Error): unknown => warnings.push(warning);
  process.on("warning", note);
  const wide = check("wide", async ({ signal }) => {
    for (let node = 0; node < 30; node += 1) signal.addEventListener("abort", () => node);
    await new Promise((resolve) => setImmediate(resolve));
    return { status: "ok", measured: "30 nodes" };
  });
  expect(await runChecks([wide])).toMatchObject([{ status: "ok" }]);
  process.off("warning", note);
  expect(warnings).toEqual([]);
});

test("tells each report as soon as it is there", async () => {
  const clock = new FakeClock();
  const told: string[] = [];
  const late = check("late", async ({ clock, signal }) => {
    await clock.sleep(1000, signal);
    return { status: "warns", measured: "late" };
  });
  const done = runChecks([late, check("early")], { clock, onReport: ({ id }) => told.push(id) });
  await clock.advance(1000);
  expect(idsOf(await done)).toEqual(["late", "early"]);
  expect(told).toEqual(["early", "late"]);
});

test("ends with the reason when cancelled", async () => {
  const cancel = new AbortController();
  const done = runChecks([check("endless", () => new Promise(() => {}))], { signal: cancel.signal });
  cancel.abort(new Error("the user pressed Ctrl-C"));
  await expect(done).rejects.toThrow("the user pressed Ctrl-C");
});
