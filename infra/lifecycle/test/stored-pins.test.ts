import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pinsFile, readPins, storePins, withStoredPins } from "../src/stored-pins.ts";
import { failureOf, labBed } from "./memory-bed.ts";

let folder = "";
const store = () => ({ KUBERA_STORE: folder });
const pinOf = (digit: string) => ({ pin: `sha256:${digit.repeat(64)}`, subject: "lab", acceptedAt: "2026-11-28T10:00:00.000Z" });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pins-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("later pins stand beside earlier ones, and in their place", async () => {
  expect(readPins("lab", store())).toEqual({});
  await storePins("lab", store(), { machines: pinOf("a"), registry: pinOf("b") });
  await storePins("lab", store(), { registry: pinOf("c") });
  expect(readPins("lab", store())).toEqual({ machines: pinOf("a"), registry: pinOf("c") });
  expect(readPins("other", store())).toEqual({});
});

test("a bed takes them where its file says nothing", async () => {
  const bed = labBed();
  const [cluster] = bed.clusters;
  const declared = { ...bed, registry: { ...bed.registry, trust: { ca: "/srv/ca.pem" } } };
  await storePins(bed.name, store(), { registry: pinOf("a"), director: pinOf("b"), [`clusters.${cluster?.name ?? ""}`]: pinOf("c") });
  expect(withStoredPins(declared, store())).toMatchObject({
    registry: { trust: { ca: "/srv/ca.pem" } },
    director: { trust: { pin: pinOf("b").pin } },
    clusters: [{ trust: { pin: pinOf("c").pin } }, ...bed.clusters.slice(1).map(({ name }) => ({ name }))],
  });
});

test("a file that is not what was stored is refused, for trust is not guessed", async () => {
  const file = pinsFile("lab", store());
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, '{"schema":"kubera-e2e/trust@1","bed":"lab","pins":{"registry":{"pin":"sha1:00"}}}');
  const error = await failureOf((async () => readPins("lab", store()))());
  expect(error.message.split("\n")).toEqual([
    "[SETTING_INVALID] the stored trust of the bed lab cannot be used",
    `  where:   ${file}`,
    expect.stringContaining("pins.registry.pin"),
    "  fix:     Remove the file and accept its certificates anew: e2e bed trust lab --accept.",
  ]);
});
