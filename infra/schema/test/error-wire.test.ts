import { describe, expect, test } from "vitest";
import { fromWire, toWire, wireErrorSchema } from "../src/error-wire.ts";
import { KuberaError } from "../src/kubera-error.ts";

const PARTS = { what: "no bed mars", where: "KUBERA_BED", because: "no file declares it", fix: "Name another." };

test("carries an error of the house whole, with its causes", () => {
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const wire = toWire(new KuberaError("BED_UNKNOWN", { ...PARTS, cause: new TypeError("fetch failed", { cause: refused }) }));
  expect(wire).toEqual({
    schema: "kubera-e2e/error@1",
    code: "BED_UNKNOWN",
    class: "environment",
    name: "KuberaError",
    message: "[BED_UNKNOWN] no bed mars\n  where:   KUBERA_BED\n  because: no file declares it\n  fix:     Name another.",
    ...PARTS,
    causes: [
      { name: "TypeError", message: "fetch failed" },
      { name: "Error", message: "connect ECONNREFUSED", code: "ECONNREFUSED" },
    ],
  });
  expect(wireErrorSchema.parse(JSON.parse(JSON.stringify(wire)))).toEqual(wire);
});

describe("takes anything that can be thrown", () => {
  test.each<[string, unknown, object]>([
    ["a plain error", new RangeError("off"), { name: "RangeError", message: "off", causes: [] }],
    ["an error with a numeric code", Object.assign(new Error("gone"), { code: 410 }), { message: "gone", code: "410" }],
    ["a string", "oops", { name: "string", message: "oops" }],
    ["nothing", undefined, { name: "undefined", message: "undefined" }],
    ["a cause that is no error", new Error("x", { cause: "why" }), { causes: [{ name: "string", message: "why" }] }],
  ])("%s", (_what, thrown, expected) => {
    expect(toWire(thrown)).toMatchObject(expected);
  });
});

test("stops after five causes, also in a circle", () => {
  const error = new Error("round");
  error.cause = error;
  expect(toWire(error).causes).toHaveLength(5);
});

test("gives back an error of the house with its first cause", () => {
  const back = fromWire(toWire(new KuberaError("BED_UNKNOWN", { ...PARTS, cause: new Error("deep") })));
  expect(back).toMatchObject({ name: "KuberaError", code: "BED_UNKNOWN", ...PARTS });
  expect(back.cause).toEqual(new Error("deep"));
});

test("gives back a plain error for a code that is not of the house", () => {
  const back = fromWire(toWire(Object.assign(new Error("gone"), { code: "ENOENT" })));
  expect(back).not.toBeInstanceOf(KuberaError);
  expect(back.message).toBe("gone");
});
